// Looks at a plugin's process four times a second: how much memory it takes, and how much of the disk.

import { type StorageLimits, StorageWatch } from '../storage/storageWatch.js';
import { residentMegabytes } from './memory.js';
import { ProcessTree, processorTicks } from './processTree.js';

/**
 * Megabytes in memory, buffers included. Linux tells; elsewhere the process is asked, which a plugin that stands still or lies does not answer: then its
 * calls run out of time, and the heap has its own limit everywhere.
 */
export const RESIDENT_MB = 256;
const LOOK_MS = 250;

export interface ProcessWatchOptions {
  /** What was started; `undefined` where it could not be. */
  readonly pid: number | undefined;
  readonly storagePath: string;
  readonly storage: () => StorageLimits;
  /** What the system says of a process's memory in megabytes. Default: what Linux says. */
  readonly systemSays?: ((pid: number) => Promise<number | undefined>) | undefined;
  /** Asks the process itself. */
  readonly ask: () => Promise<number | undefined>;
  /** At every look. */
  readonly onLook?: () => Promise<void>;
  /** It may write so many octets from now on. */
  readonly onRoom: (octets: number) => void;
  /** The end of the sentence "its process ...". */
  readonly onBreach: (reason: string) => void;
}

export class ProcessWatch {
  readonly #tree: ProcessTree | undefined;
  readonly #storage: StorageWatch;
  readonly #timer: NodeJS.Timeout;
  #ticks: number | undefined;
  #isLooking = false;
  #isAnswering = false;
  #isOver = false;

  constructor(private readonly options: ProcessWatchOptions) {
    this.#tree = options.pid === undefined ? undefined : new ProcessTree(options.pid);
    this.#storage = new StorageWatch(options.storagePath, options.storage);
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  dispose(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  /** The process of Node, within its fence; `undefined` before it is there, and where the system does not say. */
  async node(): Promise<number | undefined> {
    return this.#tree?.node();
  }

  /** The process wants to know how much it may still write; it was refused `wanted` octets, or none. */
  async asked(wanted: number): Promise<void> {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    const left = await this.#lookAtStorage(await this.#tree?.node(), wanted);
    this.#isAnswering = false;
    if (left !== undefined) this.options.onRoom(left);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const pid = await this.#tree?.node();
      await this.options.onLook?.();
      await this.#lookAtMemory(pid);
      const ticks = pid === undefined ? undefined : await processorTicks(pid);
      // Who does nothing writes nothing.
      if ((ticks === undefined || ticks !== this.#ticks) && this.#storage.isDue()) {
        this.#ticks = ticks;
        await this.#lookAtStorage(pid);
      }
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookAtMemory(pid: number | undefined): Promise<void> {
    const { systemSays = residentMegabytes, ask, onBreach } = this.options;
    const megabytes = (pid === undefined ? undefined : await systemSays(pid)) ?? (await ask());
    if (megabytes !== undefined && megabytes > RESIDENT_MB) {
      onBreach(`took ${Math.round(megabytes)} MB of memory and was killed; ${RESIDENT_MB} MB are allowed`);
    }
  }

  /** Answers what is left. */
  async #lookAtStorage(pid: number | undefined, wanted = 0): Promise<number | undefined> {
    const verdict = await this.#storage.look(pid, wanted).catch(() => undefined);
    if (verdict === undefined || this.#isOver) return undefined;
    if (verdict.breach === undefined) return verdict.left;
    this.options.onBreach(verdict.breach);
    return undefined;
  }
}
