// Connections that only read. Each statement sees what is committed when it begins, and holds nobody up.

import type { Connection, Sharing, SqlValue } from './connection.js';
import { openReader } from './database.js';

/** More would take threads from the pool that Node shares with name look-ups and file access. */
const CONNECTIONS = 2;

export class Readers {
  #next = 0;

  private constructor(private readonly connections: readonly Connection[]) {}

  static async open(path: string, sharing: Sharing): Promise<Readers> {
    return new Readers(await Promise.all(Array.from({ length: CONNECTIONS }, () => openReader(path, sharing))));
  }

  all<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#pick().all<Row>(sql, values);
  }

  get<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row | undefined> {
    return this.#pick().get<Row>(sql, values);
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
  }

  #pick(): Connection {
    this.#next = (this.#next + 1) % this.connections.length;
    const connection = this.connections[this.#next];
    if (connection === undefined) throw new RangeError('Readers has no connection.');
    return connection;
  }
}
