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
const MARK = ['number', 'at', 'token'] as const;
const INSERT = `INSERT INTO group_rows VALUES (${Array(TABLES.length + 1 + MARK.length)
  .fill('?')
  .join(', ')})`;

/** A call carries no more octets than this, and one row's: what is copied at once is in memory three times. */
const CALL_OCTETS = 2 ** 20;

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

/** OFFSET keeps SQLite from putting `value` in the place of each `row`: it would make its text for every column anew. */
function insertInto(table: TableName): string {
  const octets = octetPlaces(table);
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
      if (call.octets >= CALL_OCTETS) {
        await writer.run(INSERT, call.values(undefined));
        call = new Call();
      }
      call.add(table, row);
    }
  }
  await writer.run(INSERT, call.values(mark));
}

/** What one call carries. */
class Call {
  readonly #lists = new Map<TableName, RowValues[]>();
  /** SQLite gives NULL for a part of a blob that has no octets: this one has some. */
  readonly #pieces: Uint8Array[] = [Buffer.alloc(1)];
  #octets = 1;

  get octets(): number {
    return this.#octets;
  }

  /** Octets are replaced by their place in the piece, counted from 1; their lengths stand at the end of the row. */
  add(table: TableName, row: RowValues): void {
    const values = [...row];
    for (const place of OCTET_PLACES[table]) {
      const octets = row[place];
      if (octets instanceof Uint8Array) {
        this.#pieces.push(octets);
        values[place] = this.#octets + 1;
        this.#octets += octets.length;
        values.push(octets.length);
      } else values.push(null);
    }
    const list = this.#lists.get(table);
    if (list === undefined) this.#lists.set(table, [values]);
    else list.push(values);
  }

  values(mark: CommitMark | undefined): readonly SqlValue[] {
    const lists = TABLES.map((table) => jsonOf(this.#lists.get(table)));
    return [...lists, Buffer.concat(this.#pieces, this.#octets), mark?.number ?? null, mark?.at ?? null, mark?.token ?? null];
  }
}

function octetPlaces<T extends TableName>(table: T): readonly number[] {
  return Object.keys(OCTET_COLUMNS[table]).map((column) => COLUMNS[table].indexOf(column as (typeof COLUMNS)[T][number]));
}

const OCTET_PLACES = Object.fromEntries(TABLES.map((table) => [table, octetPlaces(table)])) as Readonly<
  Record<TableName, readonly number[]>
>;

/** Half a surrogate pair, which JSON can say and UTF-8 cannot; or a text that looks like it. */
const HALF_PAIR = /\\ud[89a-f]/;

/** Texts as sqlite3 binds them: with U+FFFD for half a surrogate pair. */
function jsonOf(list: readonly RowValues[] | undefined): string | null {
  if (list === undefined) return null;
  const json = JSON.stringify(list);
  if (!HALF_PAIR.test(json)) return json;
  return JSON.stringify(list, (_, value: unknown) => (typeof value === 'string' ? Buffer.from(value).toString() : value));
}
