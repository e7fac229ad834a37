// The only door to the sqlite3 package: promises, prepared statements, and errors that say what to do.

import { pathToFileURL } from 'node:url';
import type { ErrorCode } from '@postroom/sdk';
import { PostroomError } from '@postroom/sdk';
import sqlite3 from 'sqlite3';

export type SqlValue = string | number | Uint8Array | null | undefined;

/**
 * `full`: no room. `io`: the disk failed; nothing written since the last commit can be trusted. `corrupt`: the file is damaged.
 * `busy`: another process holds the database. `statement`: this statement or its values are wrong; others are not concerned.
 */
export type DatabaseTrouble = 'full' | 'io' | 'corrupt' | 'busy' | 'statement';

export class DatabaseError extends PostroomError {
  constructor(
    readonly trouble: DatabaseTrouble,
    code: ErrorCode,
    message: string,
    fields: Readonly<Record<string, unknown>>,
    options: ErrorOptions,
  ) {
    super(code, message, fields, options);
  }
}

/** An error of COMMIT after which nobody knows whether its frames are in the WAL: the next opening finds them, or the next commit is written over them. */
export function unknownCommit(error: DatabaseError): DatabaseError {
  const message = `${error.message} What was being stored just then may be there: that is known when the database has been opened again.`;
  return new DatabaseError(error.trouble, 'store/unknown', message, error.fields, { cause: error });
}

const OPEN_FLAGS = {
  create: sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE,
  write: sqlite3.OPEN_READWRITE,
  read: sqlite3.OPEN_READONLY,
} as const;

/**
 * `shared`: the index of the WAL lies in a file that is mapped into memory, as is usual, and other programs may read the database meanwhile.
 * `alone`: it lies in this process's memory. A full disk, which has no block for a page of the map, ends a process with a signal instead of an error.
 */
export type Sharing = 'shared' | 'alone';

export interface DatabasePlace {
  readonly path: string;
  readonly sharing: Sharing;
}

/** A foreign process (a backup program, say) may hold the file for this long before a statement fails. */
const BUSY_TIMEOUT_MS = 5_000;

/** One connection. Statements are prepared once and kept, so their texts must come from a bounded set. */
export class Connection {
  readonly #statements = new Map<string, Promise<sqlite3.Statement>>();
  readonly #database: sqlite3.Database;
  #closed = false;

  private constructor(
    readonly path: string,
    database: sqlite3.Database,
  ) {
    this.#database = database;
  }

  /** All connections of a process to one file share it in the same way; `shared` where only a path is given. */
  static open(file: string | DatabasePlace, mode: keyof typeof OPEN_FLAGS): Promise<Connection> {
    const { path, sharing } = typeof file === 'string' ? { path: file, sharing: 'shared' as const } : file;
    // sqlite.org/vfs.html: "unix-excl".
    const [name, flags] =
      sharing === 'alone' && process.platform !== 'win32'
        ? [`${pathToFileURL(path).href}?vfs=unix-excl`, OPEN_FLAGS[mode] | sqlite3.OPEN_URI]
        : [path, OPEN_FLAGS[mode]];
    return new Promise((resolve, reject) => {
      const database = new sqlite3.Database(name, flags, (error) => {
        if (error) {
          reject(databaseError(error, path));
          return;
        }
        database.configure('busyTimeout', BUSY_TIMEOUT_MS);
        resolve(new Connection(path, database));
      });
    });
  }

  /** Runs a text of one or more statements, without values. */
  exec(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#database.exec(sql, (error) => (error ? reject(databaseError(error, this.path)) : resolve()));
    });
  }

  /** Answers how many rows were changed. */
  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    const statement = await this.#prepare(sql);
    return new Promise((resolve, reject) => {
      const { path } = this;
      statement.run(values, function (error) {
        if (error) reject(databaseError(error, path));
        else resolve(this.changes);
      });
    });
  }

  async all<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    const statement = await this.#prepare(sql);
    return new Promise((resolve, reject) => {
      statement.all<Row>(values, (error, rows) => (error ? reject(databaseError(error, this.path)) : resolve(rows)));
    });
  }

  /** The first row. Reads to the end all the same: an unfinished statement would keep its snapshot and the WAL would grow. */
  async get<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row | undefined> {
    return (await this.all<Row>(sql, values))[0];
  }

  /** Does nothing the second time. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const statements = await Promise.allSettled(this.#statements.values());
    this.#statements.clear();
    for (const statement of statements) if (statement.status === 'fulfilled') statement.value.finalize();
    await new Promise<void>((resolve, reject) => {
      this.#database.close((error) => (error ? reject(databaseError(error, this.path)) : resolve()));
    });
  }

  #prepare(sql: string): Promise<sqlite3.Statement> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = new Promise<sqlite3.Statement>((resolve, reject) => {
      const statement = this.#database.prepare(sql, (error) => (error ? reject(databaseError(error, this.path)) : resolve(statement)));
    });
    this.#statements.set(sql, prepared);
    prepared.catch(() => this.#statements.delete(sql));
    return prepared;
  }
}

function databaseError(error: Error, path: string): DatabaseError {
  // Extended result codes carry the primary one in their low octet (sqlite.org/rescode.html).
  const primary = ('errno' in error && typeof error.errno === 'number' ? error.errno : sqlite3.ERROR) & 0xff;
  const fields = { path, sqlite: error.message };
  const options = { cause: error };
  switch (primary) {
    case sqlite3.FULL:
      return new DatabaseError(
        'full',
        'store/full',
        `There is no room left for ${path}. Nothing of this was stored. Make room on the disk.`,
        fields,
        options,
      );
    case sqlite3.IOERR:
    case sqlite3.READONLY:
    case sqlite3.CANTOPEN:
    case sqlite3.PERM:
    case sqlite3.AUTH:
      return new DatabaseError(
        'io',
        'store/failed',
        `The disk failed at ${path} (${error.message}). Check the disk and its mount.`,
        fields,
        options,
      );
    case sqlite3.CORRUPT:
    case sqlite3.NOTADB:
      return new DatabaseError(
        'corrupt',
        'data/corrupt',
        `${path} is damaged (${error.message}). Restore a backup; do not delete the file.`,
        fields,
        options,
      );
    case sqlite3.BUSY:
    case sqlite3.LOCKED:
      return new DatabaseError('busy', 'store/failed', `Another program holds ${path}. Stop it, then try again.`, fields, options);
    default:
      return new DatabaseError('statement', 'store/failed', `The store refused a change: ${error.message}.`, fields, options);
  }
}
