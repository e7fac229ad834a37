// What the store asks its database, whichever connection carries it.
import { PostroomError } from '@postroom/sdk';
import type { CommitLog } from './commitLog.js';
import type { CopyRow } from './copyIn.js';
import type { DatabaseSession, Prepared } from './databaseSession.js';
import { DatabaseError } from './sentences.js';
import type { SessionPool } from './sessionPool.js';

export type { Prepared } from './databaseSession.js';

/** All of our bigints are below 2^53 and come as numbers; bytea comes as a Buffer. No text has U+0000: it is stored as U+FFFD. */
export interface Statements {
  rows<R>(statement: string | Prepared, values?: readonly unknown[]): Promise<R[]>;
  /** How many rows the statement changed. */
  run(statement: string | Prepared, values?: readonly unknown[]): Promise<number>;
  /** Adds rows by COPY in binary: fields as PostgreSQL sends them. `target`: table and columns. */
  copyIn(target: string, rows: readonly CopyRow[]): Promise<void>;
}

/** What only reads. */
export type Reads = Pick<Statements, 'rows'>;

export interface Database {
  /** Only reads: where the connection fails it is asked once more on another one. */
  rows<R>(statement: string | Prepared, values?: readonly unknown[]): Promise<R[]>;
  /** One statement that is a commit by itself. Rejects as `transaction`. `units`: changes that it makes, for the statistics. */
  write<R>(statement: string | Prepared, values?: readonly unknown[], units?: number): Promise<R[]>;
  /**
   * BEGIN ... COMMIT on one connection. Rejects with nothing of it stored, or with `store/unknown` where the answer to COMMIT was lost. `work` may be asked
   * again: after a deadlock, say.
   */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** COPY (query) TO STDOUT in binary: columns of rows as octets. Takes no values. Read it to the end without waiting for anybody else: it holds a connection. */
  copyOut(query: string): AsyncIterable<readonly (Buffer | null)[]>;
}

const MOST_TRIES = 5;

export class PooledDatabase implements Database {
  constructor(
    private readonly pool: SessionPool,
    private readonly log: CommitLog,
  ) {}

  async rows<R>(statement: string | Prepared, values?: readonly unknown[]): Promise<R[]> {
    const ask = (): Promise<R[]> => this.pool.use((session) => session.rows<R>(statement, values));
    try {
      return await ask();
    } catch (error) {
      // An idle connection may have died since it was used last.
      if (isAway(error)) return ask();
      throw error;
    }
  }

  write<R>(statement: string | Prepared, values?: readonly unknown[], units = 1): Promise<R[]> {
    return this.#noted(units, () => again(() => this.pool.use((session) => committed(() => session.rows<R>(statement, values)))));
  }

  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#noted(1, () => again(() => this.#transact(work)));
  }

  async *copyOut(query: string): AsyncGenerator<readonly (Buffer | null)[]> {
    let isBegun = false;
    try {
      for await (const row of this.#copied(query)) {
        isBegun = true;
        yield row;
      }
    } catch (error) {
      // As with `rows`.
      if (isBegun || !isAway(error)) throw error;
      yield* this.#copied(query);
    }
  }

  async #transact<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    let isBegun = false;
    const transact = (): Promise<T> =>
      this.pool.use(async (session) => {
        await session.exec('BEGIN');
        isBegun = true;
        return finished(session, work);
      });
    try {
      return await transact();
    } catch (error) {
      // As with `rows`.
      if (isBegun || !isAway(error)) throw error;
      return transact();
    }
  }

  async #noted<T>(units: number, commit: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      const result = await commit();
      this.log.stored(units, performance.now() - began);
      return result;
    } catch (error) {
      this.log.failed(error);
      throw error;
    }
  }

  async *#copied(query: string): AsyncGenerator<readonly (Buffer | null)[]> {
    const { session, done } = await this.#borrowed();
    try {
      yield* session.copyOut(query);
    } finally {
      done();
    }
  }

  #borrowed(): Promise<{ readonly session: DatabaseSession; readonly done: () => void }> {
    return new Promise((resolve, reject) => {
      this.pool.use((session) => new Promise<void>((done) => resolve({ session, done }))).catch(reject);
    });
  }
}

async function finished<T>(session: DatabaseSession, work: (statements: Statements) => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(session);
  } catch (error) {
    if (session.isUsable) await session.exec('ROLLBACK');
    throw error;
  }
  await committed(() => session.exec('COMMIT'));
  return result;
}

/** A commit whose connection failed may have been stored, but for one that PostgreSQL refused. */
async function committed<T>(commit: () => Promise<T>): Promise<T> {
  try {
    return await commit();
  } catch (error) {
    if (!isAway(error)) throw error;
    throw new PostroomError(
      'store/unknown',
      'The connection to the database was lost while it stored a change: whether it did is not known yet.',
      {},
      { cause: error },
    );
  }
}

/** PostgreSQL ends one of two transactions that wait for each other: the same again goes through. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.trouble !== 'again' || tries === MOST_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * tries));
    }
  }
}

function isAway(error: unknown): boolean {
  return error instanceof DatabaseError && error.trouble === 'away';
}
