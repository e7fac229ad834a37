// Connections that only read. Each statement sees what is committed when it begins, and blocks no other.

import { PostroomError } from '@postroom/sdk';
import type { Connection, Sharing, SqlValue } from './connection.js';
import { openReader } from './database.js';

/** More would take threads from the pool that Node shares with name look-ups and file access. */
const CONNECTIONS = 2;

export class Readers {
  #next = 0;
  /** Statements that run. */
  #running = 0;
  /** Resolves when statements may run again. */
  #exchange: Promise<void> | undefined;
  #isClosed = false;
  #idle: (() => void) | undefined;

  private constructor(private connections: readonly Connection[]) {}

  static async open(path: string, sharing: Sharing): Promise<Readers> {
    return new Readers(await openAll(path, sharing));
  }

  all<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#run((connection) => connection.all<Row>(sql, values));
  }

  get<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row | undefined> {
    return this.#run((connection) => connection.get<Row>(sql, values));
  }

  /** An exchange failed: every statement does, until the next one. */
  get isDown(): boolean {
    return this.connections.length === 0;
  }

  /** None is open while `meanwhile` works, which answers how they share the database from then on; statements wait. */
  async exchange(path: string, meanwhile: () => Promise<Sharing>): Promise<void> {
    let done: () => void = () => undefined;
    this.#exchange = new Promise((resolve) => {
      done = resolve;
    });
    try {
      await this.#closeAll();
      this.connections = [];
      this.connections = await openAll(path, await meanwhile());
    } finally {
      this.#exchange = undefined;
      done();
    }
  }

  /** Statements that run end first: SQLite closes no connection under them. Those that come from now on are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#exchange;
    await this.#closeAll();
  }

  async #closeAll(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    await Promise.all(this.connections.map((connection) => connection.close()));
  }

  async #run<T>(statement: (connection: Connection) => Promise<T>): Promise<T> {
    while (this.#exchange !== undefined) await this.#exchange;
    if (this.#isClosed) throw new PostroomError('store/failed', 'The store is closed. Start the server again.');
    this.#running += 1;
    try {
      return await statement(this.#pick());
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  #pick(): Connection {
    this.#next = (this.#next + 1) % this.connections.length;
    const connection = this.connections[this.#next];
    if (connection === undefined)
      throw new PostroomError('store/failed', 'The database could not be opened again. Postroom tries again by itself.');
    return connection;
  }
}

function openAll(path: string, sharing: Sharing): Promise<Connection[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => openReader(path, sharing)));
}
