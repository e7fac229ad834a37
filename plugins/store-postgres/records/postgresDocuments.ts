// Documents as rows, which every server on the store reads and replaces.
import { type Disposable, PostroomError } from '@postroom/sdk';
import { checkDocument, checkDocumentName } from '@postroom/sdk/base';
import type { Documents, StoredDocument } from '@postroom/sdk/services';
import type { Engine } from '../engine/engine.js';

/** What somebody listens to, and its documents with their versions when he was called last. */
interface Watch {
  readonly prefix: string;
  readonly listener: () => void;
  known: string | undefined;
}

interface DocumentVersion {
  readonly name: string;
  readonly version: number;
}

export class PostgresDocuments implements Documents {
  readonly isShared = true;
  readonly #watches = new Set<Watch>();
  #news: Disposable | undefined;
  #isLooking = false;
  #isStale = false;
  /** The last version that had been given when it was looked last. */
  #newest = 0;

  constructor(private readonly engine: Pick<Engine, 'database' | 'clock' | 'changes'>) {}

  async get(name: string): Promise<StoredDocument | undefined> {
    checkDocumentName(name);
    try {
      return await this.#read(name);
    } catch (error) {
      // An idle connection may have died since it was used last.
      if (error instanceof PostroomError && error.code === 'store/unreachable') return this.#read(name);
      throw error;
    }
  }

  async version(name: string): Promise<string | undefined> {
    checkDocumentName(name);
    const [row] = await this.engine.database.rows<{ version: number }>('SELECT version FROM document WHERE name = $1', [name]);
    return row && String(row.version);
  }

  async put(name: string, octets: Uint8Array, replaces: string | undefined): Promise<{ readonly version: string } | 'conflict'> {
    checkDocument(name, octets);
    const { now } = this.engine.clock;
    const values = [name, octets instanceof Buffer ? octets : Buffer.from(octets)];
    const [row] =
      replaces === undefined
        ? await this.#write<{ version: number }>(
            `INSERT INTO document (name, version, at, octets) VALUES ($1, nextval('document_version'), ${now}, $2)
              ON CONFLICT (name) DO NOTHING RETURNING version`,
            values,
          )
        : await this.#write<{ version: number }>(
            `UPDATE document SET version = nextval('document_version'), at = ${now}, octets = $2
              WHERE name = $1 AND version::text = $3 RETURNING version`,
            [...values, replaces],
          );
    return row === undefined ? 'conflict' : { version: String(row.version) };
  }

  async remove(name: string, replaces: string): Promise<'removed' | 'conflict'> {
    checkDocumentName(name);
    // A number of its own, so that a document which came and went between two looks left a trace.
    const removed = await this.#write(`DELETE FROM document WHERE name = $1 AND version::text = $2 RETURNING nextval('document_version')`, [
      name,
      replaces,
    ]);
    return removed.length > 0 ? 'removed' : 'conflict';
  }

  async list(prefix: string): Promise<readonly string[]> {
    const rows = await this.engine.database.rows<{ name: string }>('SELECT name FROM document WHERE starts_with(name, $1) ORDER BY name', [
      prefix,
    ]);
    return rows.map(({ name }) => name);
  }

  onDidChange(prefix: string, listener: () => void): Disposable {
    const watch: Watch = { prefix, listener, known: undefined };
    this.#watches.add(watch);
    this.#news ??= this.engine.changes.subscribe('documents', () => this.#look());
    return {
      dispose: () => {
        this.#watches.delete(watch);
        if (this.#watches.size > 0) return;
        void this.#news?.dispose();
        this.#news = undefined;
      },
    };
  }

  /** By COPY: as text, octets come as hex digits. The name is one that documents may have, so that it can stand in the query. */
  async #read(name: string): Promise<StoredDocument | undefined> {
    let found: StoredDocument | undefined;
    for await (const [version, octets] of this.engine.database.copyOut(`SELECT version, octets FROM document WHERE name = '${name}'`)) {
      if (version && octets) found = { version: version.readBigInt64BE().toString(), octets: Buffer.from(octets) };
    }
    return found;
  }

  async #write<R>(statement: string, values: readonly unknown[]): Promise<readonly R[]> {
    try {
      return await this.engine.database.write<R>(statement, values);
    } finally {
      this.engine.changes.publish('documents');
    }
  }

  /** One look at a time; news during one is looked at after it. */
  #look(): void {
    this.#isStale = true;
    if (!this.#isLooking) void this.#lookAgain();
  }

  /** There are few documents: all their names and versions are compared, as no single number tells of every change, in whichever order commits end. */
  async #lookAgain(): Promise<void> {
    this.#isLooking = true;
    while (this.#isStale) {
      this.#isStale = false;
      try {
        await this.#compare();
      } catch {
        // The next look makes it good.
      }
    }
    this.#isLooking = false;
  }

  /** The newest number comes first: what it counts and the list behind it does not show is gone again, or a change that the next look sees. */
  async #compare(): Promise<void> {
    const { database } = this.engine;
    const [given] = await database.rows<{ newest: number }>('SELECT last_value AS newest FROM document_version');
    const rows = await database.rows<DocumentVersion>('SELECT name, version FROM document ORDER BY name');
    const newest = given?.newest ?? 0;
    const shown = rows.filter(({ version }) => version > this.#newest && version <= newest).length;
    const hasUnseen = shown < newest - this.#newest;
    this.#newest = newest;
    for (const watch of [...this.#watches]) tell(watch, rows, hasUnseen);
  }
}

/** `hasUnseen`: whether something came and went since, of which nobody can say what it was. */
function tell(watch: Watch, rows: readonly DocumentVersion[], hasUnseen: boolean): void {
  const now = rows.flatMap(({ name, version }) => (name.startsWith(watch.prefix) ? `${name} ${version}` : [])).join('\n');
  if (now === watch.known && !hasUnseen) return;
  watch.known = now;
  watch.listener();
}
