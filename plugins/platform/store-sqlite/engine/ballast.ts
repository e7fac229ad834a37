// A file that only takes up room. With a full disk SQLite can't even delete (a deletion writes to the WAL first):
// giving this file up lets users remove mail, which is what heals a full disk, and lets a server start.
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

const PIECE = 2 ** 20;
const OCTETS = 8 * PIECE;
/** Octets that the WAL gets of it. */
const WAL_SHARE = 3 * PIECE;
/** No more than this part of what is free: it must not be what fills the disk. */
const SHARE = 1 / 16;

export class Ballast {
  readonly #path: string;
  /** Octets that were given up since it was taken last. */
  #givenUp = 0;

  constructor(private readonly folder: string) {
    this.#path = join(folder, 'ballast');
  }

  /** Takes the room: all that is wanted where there is plenty, less on a small disk or a full one. */
  async take(): Promise<void> {
    const size = await this.size();
    if (size >= OCTETS) return;
    const octets = Math.min(OCTETS, Math.floor((size + (await this.free())) * SHARE));
    // Not rewritten for a little more each time.
    if (octets >= PIECE && (octets >= 2 * size || octets === OCTETS)) await this.#write(octets);
  }

  /**
   * When the server ends: what was given up is reserved again for the next start, in case the disk fills up until then; where there was none, half of
   * what is left. As much of it as can be written: what is free for root, or within a quota, is only known by trying.
   */
  async keepForStart(): Promise<void> {
    if ((await this.size()) > 0) return;
    const octets = Math.min(OCTETS, Math.max(this.#givenUp, Math.floor((await this.free()) / 2)));
    if (octets >= PIECE) await this.#write(octets, 'what fits');
  }

  /** Octets free on the file system; where room has come back, the ballast is taken again first. */
  async room(): Promise<number> {
    await this.take().catch(() => undefined);
    return this.free();
  }

  /** Octets that the file system has for us. */
  async free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }

  /** Gives the room up while the database is open and idle; a part of it goes to the WAL. Answers whether there was any. */
  async giveUp(): Promise<boolean> {
    const had = await this.drop();
    if (had) await this.extendWal();
    return had;
  }

  /**
   * Zeros behind the end of the WAL, which SQLite ignores: even on a disk that others have filled the next changes find their blocks, also after a crash.
   * The database must be open and idle.
   */
  async extendWal(): Promise<void> {
    const wal = await open(join(this.folder, 'postroom.db-wal'), 'r+').catch(() => undefined);
    try {
      const size = (await wal?.stat())?.size ?? 0;
      for (let at = size; at < size + WAL_SHARE; at += PIECE) await wal?.write(Buffer.alloc(PIECE), 0, PIECE, at);
    } catch {
      // As much as there was room for.
    } finally {
      await wal?.close();
    }
  }

  /** Gives the room up. Answers whether there was any. */
  async drop(): Promise<boolean> {
    const size = await this.size();
    await rm(this.#path, { force: true });
    this.#givenUp = Math.max(this.#givenUp, size);
    return size > 0;
  }

  /** Octets that it takes up; 0 where there is none. */
  async size(): Promise<number> {
    return (await stat(this.#path).catch(() => undefined))?.size ?? 0;
  }

  /**
   * Written, not only sized: a sparse file takes up no room. One that could not be written whole would take room from others for nothing, but where
   * `what fits` is wanted.
   */
  async #write(octets: number, wanted: 'all' | 'what fits' = 'all'): Promise<void> {
    const file = await open(this.#path, 'w', 0o600);
    let written = 0;
    try {
      const piece = Buffer.alloc(PIECE);
      while (written < octets) written += (await file.write(piece, 0, Math.min(PIECE, octets - written))).bytesWritten;
      this.#givenUp = 0;
    } catch (error) {
      if (wanted === 'all' || written < PIECE) await rm(this.#path, { force: true });
      if (wanted === 'all') throw error;
    } finally {
      await file.close();
    }
  }
}
