// The rows of all units that share a commit, table by table.
import { SEEN_MS } from '@postroom/sdk/store';
import type { Connection, SqlValue } from './connection.js';
import type { Rows, TableName } from './tables.js';
import { COLUMNS, REPLACING } from './tables.js';

/** Rows in one INSERT. A call into sqlite3 costs 20-40 us whatever it carries; few sizes keep the prepared statements few. */
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64] as const;
const LARGEST_BATCH = 64;
/** The message that brought a content first. */
export interface SeenMessage {
  readonly number: number;
  readonly at: Date;
  /** Hex; '' where the message is no longer known. */
  readonly contentHash: string;
}

export class WriteGroup {
  readonly #values = new Map<TableName, SqlValue[][]>();
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
    const rows = this.#values.get(table);
    if (rows === undefined) this.#values.set(table, [values]);
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

  /** One statement after the other: after a failure nothing may follow, as SQLite may have ended the transaction already. */
  async write(writer: Connection): Promise<void> {
    for (const table of Object.keys(COLUMNS) as TableName[]) {
      const rows = this.#values.get(table) ?? [];
      for (let from = 0; from < rows.length; from += LARGEST_BATCH) await insert(writer, table, rows.slice(from, from + LARGEST_BATCH));
    }
  }
}

/** Batches are padded with NULL rows, which the statement skips, so that few statement sizes are prepared. */
async function insert(writer: Connection, table: TableName, rows: readonly SqlValue[][]): Promise<void> {
  const size = BATCH_SIZES.find((each) => each >= rows.length) ?? LARGEST_BATCH;
  const missing = (size - rows.length) * COLUMNS[table].length;
  const values = rows.flat().concat(Array<SqlValue>(missing).fill(null));
  const inserted = await writer.run(insertStatement(table, size), values);
  if (inserted !== rows.length) throw new Error(`Of ${rows.length} rows for table ${table} ${inserted} went in.`);
}

const statements = new Map<string, string>();

function insertStatement(table: TableName, rows: number): string {
  const key = `${table} ${rows}`;
  let sql = statements.get(key);
  if (sql === undefined) {
    const columns = COLUMNS[table];
    const places = Array(rows)
      .fill(`(${columns.map(() => '?').join(', ')})`)
      .join(', ');
    sql = `${REPLACING.has(table) ? 'REPLACE' : 'INSERT'} INTO ${table} (${columns.join(', ')})
      SELECT * FROM (VALUES ${places}) WHERE column1 IS NOT NULL`;
    statements.set(key, sql);
  }
  return sql;
}
