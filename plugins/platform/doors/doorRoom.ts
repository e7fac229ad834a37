// What happens inside a door thread: modules of protocols open and close in it, as the main thread says.
import type { MessagePort } from 'node:worker_threads';
import { MessageLine } from '@postroom/sdk/network';
import type { DoorModule, OpenDoor } from '@postroom/sdk/services';

/** `open` on the control line. */
export interface OpenPart {
  /** Number of the part in this door. */
  readonly part: number;
  /** URL of the module. */
  readonly module: string;
  readonly setup: unknown;
  /** The module's line. */
  readonly port: MessagePort;
}

/** `close` on the control line. */
export interface ClosePart {
  readonly part: number;
  readonly graceMs: number;
}

interface Part {
  readonly opened: Promise<OpenDoor>;
  readonly line: () => MessageLine | undefined;
}

export class DoorRoom {
  readonly #parts = new Map<number, Part>();

  /** `onProblem`: what nobody waits for. */
  constructor(private readonly onProblem: (error: unknown) => void) {}

  /** Resolves when the module is open. */
  async open({ part, module, setup, port }: OpenPart): Promise<void> {
    let line: MessageLine | undefined;
    const begin = async (): Promise<OpenDoor> => {
      const loaded = (await import(module)) as DoorModule;
      line = new MessageLine(port, this.onProblem);
      return loaded.openDoor({ setup, line });
    };
    const opened = begin();
    this.#parts.set(part, { opened, line: () => line });
    try {
      await opened;
    } catch (error) {
      this.#parts.delete(part);
      if (line === undefined) port.close();
      else line.close();
      throw error;
    }
  }

  /** Resolves when nothing of the module runs. Called again with a shorter grace where the first is too long. */
  async close({ part, graceMs }: ClosePart): Promise<void> {
    const found = this.#parts.get(part);
    const opened = await found?.opened.catch(() => undefined);
    try {
      await opened?.close(graceMs);
    } finally {
      this.#parts.delete(part);
      found?.line()?.close();
    }
  }
}
