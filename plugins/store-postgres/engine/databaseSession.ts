// One connection to PostgreSQL, checked before it is used. The only door to the pg package.
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { Client, type ClientConfig, type QueryResult, types } from 'pg';
import type { HostAddress, StoreAddress } from './address.js';
import { copiedRows } from './copiedRows.js';
import { CopyIn, type CopyRow } from './copyIn.js';
import { checkFitness } from './fitness.js';
import { passwordFor } from './password.js';
import { DatabaseError, type DatabaseTrouble, databaseError, noHost } from './sentences.js';
import { storableValue } from './storableText.js';

/** A statement that a connection parses once: its text must always be the same under that name. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

export interface SessionOptions {
  /** What PostgreSQL's own lists call the connection. */
  readonly application: string;
  /** Milliseconds after which the server calls a statement off, and this side gives the connection up a moment later. */
  readonly patienceMs: number;
}

/** After these a connection is of no use. */
const ENDING: readonly DatabaseTrouble[] = ['away', 'refused', 'elsewhere'];
const CONNECT_MS = 5_000;
/** The server is asked to end a statement; if it does not say so in this time, nothing comes through any more. */
const GRACE_MS = 5_000;
const GOODBYE_MS = 1_000;
/** pg gives numbers of 64 bits as texts. All of ours are below 2^53. */
const INT8 = 20;

export class DatabaseSession {
  #isUsable = true;
  readonly #notified = new Set<(payload: string) => void>();

  private constructor(
    private readonly client: Client,
    private readonly address: StoreAddress,
    private readonly patienceMs: number,
  ) {
    client.on('error', () => this.#end());
    client.on('end', () => this.#end());
    client.on('notification', ({ processId, payload = '' }) => {
      // What this connection sent comes back to it.
      if (processId !== this.processId) for (const listener of this.#notified) listener(payload);
    });
  }

  /** Tries the hosts in turn, and takes the first that takes changes. Throws `store/unreachable`, `store/unfit`. */
  static async open(address: StoreAddress, options: SessionOptions): Promise<DatabaseSession> {
    const problems: PostroomError[] = [];
    for (const host of address.hosts) {
      try {
        return await DatabaseSession.#openAt(host, address, options);
      } catch (error) {
        problems.push(databaseError(error, { ...address, hosts: [host] }));
      }
    }
    throw noHost(problems, address);
  }

  static async #openAt(host: HostAddress, address: StoreAddress, { application, patienceMs }: SessionOptions): Promise<DatabaseSession> {
    const one = { ...address, hosts: [host] };
    try {
      const client = new Client(await configOf(one, host, application, patienceMs));
      const session = new DatabaseSession(client, one, patienceMs);
      try {
        await client.connect();
        await session.checkFitness();
        return session;
      } catch (error) {
        await session.close();
        throw error;
      }
    } catch (error) {
      throw databaseError(error, one);
    }
  }

  /** False once the connection failed: what it was at may have been done or not. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  async rows<R>(statement: string | Prepared, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.#query(statement, values)).rows as R[];
  }

  /** Rows that a statement changed. */
  async run(statement: string | Prepared, values: readonly unknown[] = []): Promise<number> {
    return (await this.#query(statement, values)).rowCount ?? 0;
  }

  /** Several statements, which take no values. */
  async exec(text: string): Promise<void> {
    await this.#query(text, undefined);
  }

  /** Rows of a COPY as octets. The connection is of no use while they are read, nor after they were left halfway. */
  async *copyOut(query: string): AsyncGenerator<readonly (Buffer | null)[]> {
    let isDone = false;
    try {
      yield* copiedRows(this.client, query);
      isDone = true;
    } catch (error) {
      throw databaseError(error, this.address);
    } finally {
      if (!isDone) this.#drop();
    }
  }

  onNotified(listener: (payload: string) => void): void {
    this.#notified.add(listener);
  }

  /** Throws `store/unfit` where mail can no longer be trusted to it, `store/unreachable` where it takes no changes now. Answers what durability rests on, for the end of a sentence. */
  async checkFitness(): Promise<string> {
    try {
      return await checkFitness(this, this.address);
    } catch (error) {
      // The next connection may find another host.
      this.#drop();
      throw error;
    }
  }

  get processId(): number | undefined {
    return inside(this.client).processID;
  }

  /** Says goodbye; where that does not get through, goes without. */
  async close(): Promise<void> {
    this.#isUsable = false;
    const limit = setTimeout(() => inside(this.client).connection.stream.destroy(), GOODBYE_MS);
    await this.client.end().catch(() => undefined);
    clearTimeout(limit);
  }

  /** Adds rows by COPY in binary. `target`: table and columns. */
  copyIn(target: string, rows: readonly CopyRow[]): Promise<void> {
    return this.#bounded(
      () =>
        new Promise<void>((resolve, reject) => {
          this.client.query(new CopyIn(target, rows, (error) => (error === undefined ? resolve() : reject(error))));
        }),
    );
  }

  #query(statement: string | Prepared, values: readonly unknown[] | undefined): Promise<QueryResult> {
    const query = typeof statement === 'string' ? { text: statement } : statement;
    return this.#bounded(() => this.client.query({ ...query, ...(values !== undefined && { values: values.map(storableValue) }) }));
  }

  async #bounded<T>(ask: () => Promise<T>): Promise<T> {
    const limit = setTimeout(() => this.#drop(), this.patienceMs + GRACE_MS);
    try {
      return await ask();
    } catch (error) {
      const problem = databaseError(error, this.address);
      if (problem instanceof DatabaseError && ENDING.includes(problem.trouble)) this.#drop();
      throw problem;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Cuts the connection: what is under way rejects. */
  #drop(): void {
    this.#isUsable = false;
    inside(this.client).connection.stream.destroy();
  }

  #end(): void {
    this.#isUsable = false;
  }
}

/** What the types of pg leave out. */
function inside(client: Client): { readonly processID: number | undefined; readonly connection: { readonly stream: Duplex } } {
  return client as never;
}

async function configOf(address: StoreAddress, host: HostAddress, application: string, patienceMs: number): Promise<ClientConfig> {
  const password = await passwordFor(address, host);
  const ssl = await tlsOf(address, host);
  return {
    host: host.host,
    port: host.port,
    user: address.user,
    database: address.database,
    // pg would look for one by itself, and warn.
    password: password ?? '',
    ssl,
    application_name: application,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    statement_timeout: patienceMs,
    lock_timeout: Math.ceil(patienceMs / 2),
    idle_in_transaction_session_timeout: patienceMs,
    client_encoding: 'UTF8',
    // Compiling takes longer than any statement of ours.
    options: '-c jit=off',
    types: {
      getTypeParser: (type, format) =>
        type === INT8 ? (value: string) => Number(value) : (types.getTypeParser(type, format as 'text') as (value: string) => unknown),
    },
  };
}

/** PostgreSQL names in a certificate follow the host of the address. */
async function tlsOf({ tls, rootCertificate }: StoreAddress, { host }: HostAddress): Promise<false | ConnectionOptions> {
  if (tls === 'disable' || host.startsWith('/')) return false;
  if (tls === 'require' && rootCertificate === undefined) return { rejectUnauthorized: false };
  const ca = rootCertificate === undefined ? undefined : await authorityIn(rootCertificate);
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(tls !== 'verify-full' && { checkServerIdentity: () => undefined }),
  };
}

async function authorityIn(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PostroomError(
      'store/unfit',
      `The certificate of the database's authority cannot be read: ${sentenceOf(error)}`,
      { path },
      { cause: error },
    );
  }
}
