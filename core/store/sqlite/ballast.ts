// A file that only takes up room. With a full disk SQLite can't even delete (a deletion writes to the WAL first):
// giving this file up lets users remove mail, which is what heals a full disk.
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

const OCTETS = 8 * 2 ** 20;
/** Taken again only where that does not fill the disk. */
const ROOM_WANTED = 16 * OCTETS;

export class Ballast {
  readonly #path: string;

  constructor(private readonly folder: string) {
    this.#path = join(folder, 'ballast');
  }

  /** Takes the room, where there is plenty. */
  async take(): Promise<void> {
    if (((await stat(this.#path).catch(() => undefined))?.size ?? 0) >= OCTETS) return;
    if ((await roomIn(this.folder)) < ROOM_WANTED) return;
    const file = await open(this.#path, 'w', 0o600);
    try {
      // Written, not only sized: a sparse file takes up no room.
      const piece = Buffer.alloc(2 ** 20);
      for (let written = 0; written < OCTETS; written += piece.length) await file.write(piece);
    } finally {
      await file.close();
    }
  }

  /** Octets free on the file system; where room has come back, the ballast is taken again first. */
  async room(): Promise<number> {
    await this.take().catch(() => undefined);
    return roomIn(this.folder);
  }

  /** Gives the room up. Answers whether there was any. */
  async drop(): Promise<boolean> {
    const had = (await stat(this.#path).catch(() => undefined)) !== undefined;
    await rm(this.#path, { force: true });
    return had;
  }
}

/** Octets that the file system has for us. */
async function roomIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
