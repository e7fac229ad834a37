// The code that a door thread begins with.
import { type MessagePort, workerData } from 'node:worker_threads';
import { sentenceOf } from '@postroom/sdk';
import { MessageLine } from '@postroom/sdk/network';
import { type ClosePart, DoorRoom, type OpenPart } from './doorRoom.js';

/** What the main thread gives the thread. */
export interface DoorThreadData {
  readonly control: MessagePort;
}

const { control } = workerData as DoorThreadData;
const line: MessageLine = new MessageLine(control, (error) => problem(error));
const room = new DoorRoom(problem);
line.answer<OpenPart>('open', (part) => room.open(part));
line.answer<ClosePart>('close', (part) => room.close(part));
line.answer('alive', () => true);

function problem(error: unknown): void {
  line.tell('problem', sentenceOf(error));
}
