// One protocol in one door, from the main thread's side: the line to the module there, and what the keeper holds for it.
import { MessageChannel } from 'node:worker_threads';
import type { Disposable } from '@postroom/sdk';
import { MessageLine } from '@postroom/sdk/network';
import type { DoorKeeper, DoorLine } from '@postroom/sdk/services';
import type { ClosePart, OpenPart } from './doorRoom.js';

export interface PartOfDoor {
  /** Number of the part in its door. */
  readonly part: number;
  /** URL of the module. */
  readonly module: string;
  readonly keeper: DoorKeeper;
  readonly control: MessageLine;
  readonly onProblem: (error: unknown) => void;
}

export class DoorPart {
  /** Resolves when the module is open, and rejects where it did not open. */
  readonly opened: Promise<void>;
  /** Resolves when nothing of it is left, however it ended, and the keeper has let go of it. */
  readonly gone: Promise<void>;
  readonly #line: MessageLine;

  constructor(private readonly of: PartOfDoor) {
    const { port1, port2 } = new MessageChannel();
    this.#line = new MessageLine(port1, of.onProblem);
    let attendance: Disposable | undefined;
    this.gone = this.#line.ended.then(() => attendance?.dispose()).catch(of.onProblem);
    try {
      attendance = of.keeper.attend(this.#line);
      const asked: OpenPart = { part: of.part, module: of.module, setup: of.keeper.setup(), port: port2 };
      this.opened = of.control.ask('open', asked, [port2]);
    } catch (error) {
      port2.close();
      this.opened = Promise.reject(error as Error);
    }
    this.opened.catch((error: unknown) => {
      port2.close();
      of.onProblem(error);
    });
  }

  get line(): DoorLine {
    return this.#line;
  }

  /** Its module takes nothing new and ends what it does. Resolves when it has, or its thread has ended. */
  async close(graceMs: number): Promise<void> {
    const asked: ClosePart = { part: this.of.part, graceMs };
    // Where the thread has ended, so has the line; where the module failed to close, the door has closed the line.
    await this.of.control.ask('close', asked).catch(this.of.onProblem);
    await this.gone;
  }
}
