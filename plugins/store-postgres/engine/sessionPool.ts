// The connections of a store: opened when they are needed, kept, and never more than so many.
import { PostroomError } from '@postroom/sdk';
import type { StoreAddress } from './address.js';
import { DatabaseSession, type SessionOptions } from './databaseSession.js';

interface Waiting {
  /** Without a session there is room to open one. */
  readonly resolve: (session: DatabaseSession | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class SessionPool {
  /** The one that was used last is taken first: the others are seldom needed. */
  readonly #idle: DatabaseSession[] = [];
  readonly #waiting = new Set<Waiting>();
  /** Open, or being opened. */
  #count = 0;
  #isClosed = false;
  #emptied: (() => void) | undefined;

  constructor(
    private readonly address: StoreAddress,
    private readonly options: SessionOptions,
    private readonly size: number,
  ) {}

  /** Rejects with `store/unreachable` where no connection can be had. */
  async use<T>(work: (session: DatabaseSession) => Promise<T>): Promise<T> {
    const session = await this.#take();
    try {
      return await work(session);
    } finally {
      this.#giveBack(session);
    }
  }

  /** Waits for what runs, which has its own bounds. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting) reject(closed());
    this.#waiting.clear();
    await Promise.all(this.#idle.splice(0).map((session) => this.#end(session)));
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
  }

  async #take(): Promise<DatabaseSession> {
    if (this.#isClosed) throw closed();
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop()) {
      if (session.isUsable) return session;
      await this.#end(session);
    }
    if (this.#count >= this.size) {
      const freed = await this.#freed();
      if (freed !== undefined) return freed;
    } else this.#count += 1;
    try {
      return await DatabaseSession.open(this.address, this.options);
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** A connection that somebody gave back, or the room to open one, which is counted already. */
  #freed(): Promise<DatabaseSession | undefined> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(
          new PostroomError(
            'store/unreachable',
            `All ${this.size} connections to the database are busy for ${this.options.patienceMs / 1000} seconds: it is slow, or does not answer. See to its disk and to the network.`,
          ),
        );
      }, this.options.patienceMs);
      const waiting: Waiting = {
        resolve: (session) => {
          clearTimeout(limit);
          resolve(session);
        },
        reject: (error) => {
          clearTimeout(limit);
          reject(error);
        },
      };
      this.#waiting.add(waiting);
    });
  }

  #giveBack(session: DatabaseSession): void {
    if (session.isUsable && !this.#isClosed) {
      const next = this.#next();
      if (next === undefined) this.#idle.push(session);
      else next.resolve(session);
      return;
    }
    // Where one failed the others, which stand idle, have hardly fared better.
    for (const other of this.#idle.splice(0)) void this.#end(other);
    void this.#end(session);
  }

  async #end(session: DatabaseSession): Promise<void> {
    await session.close();
    this.#leave();
  }

  #leave(): void {
    const next = this.#next();
    if (next !== undefined) {
      next.resolve(undefined);
      return;
    }
    this.#count -= 1;
    if (this.#count === 0) this.#emptied?.();
  }

  #next(): Waiting | undefined {
    const [next] = this.#waiting;
    if (next !== undefined) this.#waiting.delete(next);
    return next;
  }
}

export function closed(): PostroomError {
  return new PostroomError('store/failed', 'The store is closed. Start the server again.');
}
