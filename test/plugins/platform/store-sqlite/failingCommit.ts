// A COMMIT that fails as on a disk that breaks: afterwards nobody knows whether what it wrote will be found.
import { Connection, DatabaseError, type SqlValue } from '#plugins/platform/store-sqlite/dist/engine/connection.js';

/** The next commit to the database at `path` fails at its end, of those that bring a message or of all; what it wrote is there, or is not. */
export function failNextCommit(path: string, isStored: boolean, which: 'any' | 'intake' = 'any'): void {
  const run = Reflect.get(Connection.prototype, 'run') as (this: Connection, sql: string, values?: readonly SqlValue[]) => Promise<number>;
  let isMeant = false;
  Connection.prototype.run = async function (this: Connection, sql, values) {
    if (this.path !== path) return run.call(this, sql, values);
    if (sql.startsWith('BEGIN')) isMeant = which === 'any';
    if (sql.startsWith('INSERT INTO group_rows') && typeof values?.[0] === 'string') isMeant = true;
    if (sql !== 'COMMIT' || !isMeant) return run.call(this, sql, values);
    Connection.prototype.run = run;
    if (isStored) await run.call(this, sql, values);
    throw new DatabaseError('io', 'store/failed', `The disk failed at ${path} (made up).`, { path }, {});
  };
}
