// The one statement by which the rows of a group go in, whatever their tables. A call into sqlite3 costs the main thread about 12 us, and each bound value
// 0.3 us: so rows cross as lists in JSON, one a table, with all their octets in one piece, and a trigger of the connection takes them apart.
import type { Connection, SqlValue } from './connection.js';
import { COLUMNS, OCTET_COLUMNS, REPLACING, type TableName } from './tables.js';

/** What a commit says of itself, see CommitNumber. */
export interface CommitMark {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly token: number;
}

/** A row as COLUMNS of its table have it. */
export type RowValues = SqlValue[];

const TABLES = Object.keys(COLUMNS) as TableName[];
/** Which of a row's values are octets. */
const OCTET_PLACES: ReadonlyMap<TableName, readonly number[]> = new Map(
  TABLES.map((table) => {
    const octets = Object.keys(OCTET_COLUMNS[table]);
    return [table, COLUMNS[table].flatMap((column, place) => (octets.includes(column) ? [place] : []))];
  }),
);
const MARK = ['number', 'at', 'token'] as const;
const INSERT = `INSERT INTO group_rows VALUES (${Array(TABLES.length + 1 + MARK.length)
  .fill('?')
  .join(', ')})`;

/** A call carries no more octets than this, or one row's: sqlite3 copies them all before it begins. */
const CALL_OCTETS = 256 * 2 ** 10;

/** For a connection that writes, once the database is up to date. */
export function prepareGroupInsert(writer: Connection): Promise<void> {
  const columns = [...TABLES, 'octets', ...MARK.map((column) => `mark_${column}`)];
  return writer.exec(`
    CREATE TEMP VIEW group_rows AS SELECT ${columns.map((column) => `NULL AS ${column}`).join(', ')};
    CREATE TEMP TRIGGER insert_group_rows INSTEAD OF INSERT ON group_rows BEGIN
      ${TABLES.map((table) => `${insertInto(table)};`).join('\n      ')}
      UPDATE commits SET ${MARK.map((column) => `${column} = NEW.mark_${column}`).join(', ')} WHERE NEW.mark_number IS NOT NULL;
    END;`);
}

/** OFFSET keeps SQLite from putting `value` in the place of each `row`: its text would be made for every column. */
function insertInto(table: TableName): string {
  const octets = OCTET_PLACES.get(table) ?? [];
  const values = COLUMNS[table].map((_, place) => {
    const which = octets.indexOf(place);
    return which < 0 ? `row ->> ${place}` : `substr(NEW.octets, row ->> ${place}, row ->> ${COLUMNS[table].length + which})`;
  });
  return `${REPLACING.has(table) ? 'REPLACE' : 'INSERT'} INTO ${table} (${COLUMNS[table].join(', ')})
        SELECT ${values.join(', ')} FROM (SELECT value AS row FROM json_each(NEW.${table}) LIMIT -1 OFFSET 0)`;
}

/** Inserts the rows table by table, with the mark at their end. One call after the other: after a failure nothing may follow. */
export async function insertGroup(
  writer: Connection,
  rows: ReadonlyMap<TableName, readonly RowValues[]>,
  mark: CommitMark | undefined,
): Promise<void> {
  let call = new Call();
  for (const table of TABLES) {
    for (const row of rows.get(table) ?? []) {
      if (call.add(table, row)) continue;
      await writer.run(INSERT, call.values(undefined));
      call = new Call();
      call.add(table, row);
    }
  }
  await writer.run(INSERT, call.values(mark));
}

/** What one call carries. */
class Call {
  readonly #lists = new Map<TableName, RowValues[]>();
  readonly #pieces: Uint8Array[] = [];
  #octets = 0;

  /**
   * Octets are replaced by their place in the piece, counted from 1; their lengths stand at the end of the row. Answers false where there is no room for
   * the row's octets behind those of others.
   */
  add(table: TableName, row: RowValues): boolean {
    const values = [...row];
    const pieces: Uint8Array[] = [];
    let end = this.#octets;
    for (const place of OCTET_PLACES.get(table) ?? []) {
      const octets = row[place];
      if (octets instanceof Uint8Array) {
        values[place] = end + 1;
        values.push(octets.length);
        pieces.push(octets);
        end += octets.length;
      } else values.push(null);
    }
    if (this.#octets > 0 && end > CALL_OCTETS) return false;
    this.#pieces.push(...pieces);
    this.#octets = end;
    const list = this.#lists.get(table);
    if (list === undefined) this.#lists.set(table, [values]);
    else list.push(values);
    return true;
  }

  values(mark: CommitMark | undefined): readonly SqlValue[] {
    const lists = TABLES.map((table) => jsonOf(this.#lists.get(table)));
    return [...lists, this.#piece(), mark?.number ?? null, mark?.at ?? null, mark?.token ?? null];
  }

  /** All octets. Never none: SQLite gives NULL, not no octets, for a part of that. */
  #piece(): Uint8Array {
    const [first] = this.#pieces;
    if (first === undefined || this.#octets === 0) return Buffer.alloc(1);
    return this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces, this.#octets);
  }
}

/** Half a surrogate pair, which JSON can say and UTF-8 cannot; or a text that looks like it. */
const HALF_PAIR = /\\ud[89a-f]/;

/** Texts as sqlite3 binds them: with U+FFFD for half a surrogate pair. */
function jsonOf(list: readonly RowValues[] | undefined): string | null {
  if (list === undefined) return null;
  const json = JSON.stringify(list);
  if (!HALF_PAIR.test(json)) return json;
  return JSON.stringify(list, (_, value: unknown) => (typeof value === 'string' ? Buffer.from(value).toString() : value));
}
