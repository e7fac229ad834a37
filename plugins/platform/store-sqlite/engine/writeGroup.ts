// The rows of all units that share a commit, table by table.
import { SEEN_MS } from '@postroom/sdk/store';
import type { Connection, SqlValue } from './connection.js';
import { type CommitMark, insertGroup, type RowValues } from './groupInsert.js';
import { COLUMNS, type Rows, type TableName } from './tables.js';

/** The message that brought a content first. */
export interface SeenMessage {
  readonly number: number;
  readonly at: Date;
  /** Hex; '' where the message is no longer known. */
  readonly contentHash: string;
}

export class WriteGroup {
  readonly #rows = new Map<TableName, RowValues[]>();
  readonly #seen: Map<string, SeenMessage>;

  private constructor(seen: Map<string, SeenMessage>) {
    this.#seen = seen;
  }

  /** Looks up which contents have been seen, in one query for the whole group. */
  static async begin(writer: Connection, keys: readonly Buffer[], now: Date): Promise<WriteGroup> {
    const seen = new Map<string, SeenMessage>();
    if (keys.length > 0) {
      const rows = await writer.all<{ key: string; message_id: number; at: number; content: string | null }>(
        `SELECT hex(key) AS key, message_id, at, (SELECT hex(content_hash) FROM message WHERE message.id = seen.message_id) AS content
          FROM seen WHERE key IN (SELECT unhex(value) FROM json_each(?)) AND at > ?`,
        [JSON.stringify(keys.map((key) => key.toString('hex'))), now.getTime() - SEEN_MS],
      );
      for (const { key, message_id: number, at, content } of rows)
        seen.set(key.toLowerCase(), { number, at: new Date(at), contentHash: (content ?? '').toLowerCase() });
    }
    return new WriteGroup(seen);
  }

  insert<T extends TableName>(table: T, row: Rows[T]): void {
    const values = COLUMNS[table].map((column) => row[column as keyof Rows[T]] as SqlValue);
    const rows = this.#rows.get(table);
    if (rows === undefined) this.#rows.set(table, [values]);
    else rows.push(values);
  }

  /** The message that brought this content before: committed, or earlier in this group. */
  firstWith(key: Buffer): SeenMessage | undefined {
    return this.#seen.get(key.toString('hex'));
  }

  see(key: Buffer, message: SeenMessage): void {
    this.#seen.set(key.toString('hex'), message);
    this.insert('seen', { key, at: message.at.getTime(), message_id: message.number });
  }

  /** Answers what was written down of the commit; nothing where there are no rows. */
  async write(writer: Connection, mark?: CommitMark): Promise<CommitMark | undefined> {
    if (this.#rows.size === 0) return undefined;
    await insertGroup(writer, this.#rows, mark);
    return mark;
  }
}
