// Keeps a plugin within its share of the disk. The process itself is told how much it may still write and is refused more at once (writeBudget.ts);
// this looks whether that is what happened, and ends it otherwise.
import { statfs } from 'node:fs/promises';
import { folderSize, SMALLEST, unnamedSize } from './folderSize.js';

const MEGABYTE = 2 ** 20;
/** Looking may take this part of the time. */
const SHARE = 20;
/** Octets by which a folder may grow between two looks though the disk is below its floor. */
const GROWTH = 16 * MEGABYTE;

/** So little room is none. */
const MARGIN = 4 * SMALLEST;

export interface StorageLimits {
  /** Octets that the plugin may keep. */
  readonly quota: number;
  /** Octets that stay free on the disk. */
  readonly floor: number;
}

export interface StorageVerdict {
  /** Octets that it may still write. */
  readonly left: number;
  /** Why it has to end: the end of the sentence "its process ...". */
  readonly breach?: string;
}

export class StorageWatch {
  #last = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #tookMs = 0;

  constructor(
    private readonly folder: string,
    private readonly limits: () => StorageLimits,
  ) {}

  /** Whether another look is worth its while: large folders are looked at less often. */
  isDue(now = performance.now()): boolean {
    return now - this.#lookedAt >= this.#tookMs * SHARE;
  }

  /** `wanted`: octets that it was refused a moment ago. */
  async look(pid: number | undefined, wanted = 0): Promise<StorageVerdict> {
    const begun = performance.now();
    const { quota, floor } = this.limits();
    const kept = (await folderSize(this.folder, quota)) + (pid === undefined ? 0 : await unnamedSize(pid));
    const { bavail, bsize } = await statfs(this.folder);
    const room = bavail * bsize - floor;
    const growth = kept - this.#last;
    this.#last = kept;
    this.#lookedAt = performance.now();
    this.#tookMs = this.#lookedAt - begun;
    const left = Math.max(Math.min(quota - kept, room), 0);
    // The process counts more than it writes: every file that it opens, for one.
    const more = wanted === 0 ? 0 : wanted + MARGIN;
    if (kept === Number.POSITIVE_INFINITY) return { left, breach: 'hid what it keeps in its folder and was killed' };
    if (kept + more > quota) return { left, breach: quotaBreach(quota) };
    return room < 0 && growth > GROWTH ? { left, breach: 'filled the disk and was killed' } : { left };
  }
}

function quotaBreach(quota: number): string {
  return `filled its folder and was killed; ${Math.floor(quota / MEGABYTE)} MB are allowed (plugins.storageMegabytes)`;
}

/** Why a plugin does not start. */
export function fullSentence(plugin: string, folder: string, { quota }: StorageLimits): string {
  return `${plugin} keeps more than the ${Math.floor(quota / MEGABYTE)} MB that it may. Empty ${folder}, or raise plugins.storageMegabytes.`;
}
