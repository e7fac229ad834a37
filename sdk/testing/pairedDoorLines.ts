// The two ends of a door's line within one thread, for tests of keepers and of modules in doors: values are copied as between threads.
import { MessageChannel } from 'node:worker_threads';
import { MessageLine } from '../network/doors/messageLine.js';
import type { DoorLine } from '../services/doors.js';

export interface PairedDoorLines {
  /** For the main thread's side: `keeper.attend(lines.keeper)`. */
  readonly keeper: DoorLine;
  /** For the door's side: `module.openDoor({ setup, line: lines.module })`. */
  readonly module: DoorLine;
  /** What did not cross, or what a listener threw. */
  readonly problems: readonly unknown[];
  /** As when the door ends: what is asked and not answered is rejected with `door/closed`. Resolves when both ends know. */
  close(): Promise<void>;
}

export function pairedDoorLines(): PairedDoorLines {
  const { port1, port2 } = new MessageChannel();
  const problems: unknown[] = [];
  const note = (problem: unknown): void => void problems.push(problem);
  const [keeper, module] = [new MessageLine(port1, note), new MessageLine(port2, note)];
  return {
    keeper,
    module,
    problems,
    close: async () => {
      keeper.close();
      await Promise.all([keeper.ended, module.ended]);
    },
  };
}
