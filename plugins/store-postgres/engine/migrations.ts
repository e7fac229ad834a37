// Brings a database up to date: numbered SQL files, in one transaction with their numbers. A server that knows fewer of them goes on with the newer schema as long
// as the newest file says so: `-- oldest: N` names the lowest version that a server may know.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { packageFolder } from '@postroom/sdk/base';
import type { DatabaseSession } from './databaseSession.js';
import { MARK, markIn, refuseMarked } from './storeMark.js';

/** The SQL files stay where the sources are. */
const FOLDER = path.join(packageFolder(import.meta.url), 'migrations');
/** For pg_advisory_lock: servers that start at once migrate one after the other. It goes with the connection, as does the transaction that it is about. */
const LOCK = 0x506f7374;

interface SchemaRow {
  readonly id: string;
  readonly version: number;
  readonly oldest: number;
  readonly mark: string | null;
}

interface MigrationFile {
  readonly name: string;
  readonly version: number;
}

/** Answers the store's own id. Throws `data/newer` where this server is too old for the schema, `data/unfinished` and `data/moved` where none may start on it. */
export async function migrate(session: DatabaseSession): Promise<string> {
  const schema = await bringUp(session);
  refuseMarked(markIn(schema.mark));
  return schema.id;
}

/** The same for who does not serve: whatever the mark says. */
export async function bringUp(session: DatabaseSession): Promise<Pick<SchemaRow, 'id' | 'mark'>> {
  const known = await schemaOf(session);
  const files = await migrationFiles();
  const latest = files.at(-1)?.version ?? 0;
  if (known !== undefined && known.version >= latest) return fitting(known, latest);
  // Before the transaction, which would not see what another one made while this waited.
  await session.rows('SELECT pg_advisory_lock($1)', [LOCK]);
  try {
    await bringUpToDate(session, files);
  } finally {
    if (session.isUsable) await session.rows('SELECT pg_advisory_unlock($1)', [LOCK]);
  }
  const schema = await schemaOf(session);
  if (schema === undefined) throw new PostroomError('store/failed', 'The tables of the store were made, and are not there.');
  return fitting(schema, latest);
}

async function bringUpToDate(session: DatabaseSession, files: readonly MigrationFile[]): Promise<void> {
  await session.exec('BEGIN');
  try {
    // Another server may have been faster.
    const before = (await schemaOf(session))?.version ?? 0;
    for (const { name, version } of files.filter((file) => file.version > before)) {
      const sql = await readFile(path.join(FOLDER, name), 'utf8');
      await session.exec(sql);
      await session.run('UPDATE meta SET version = $1, oldest = $2', [version, oldestFor(sql, version)]);
    }
    await session.exec('COMMIT');
  } catch (error) {
    if (session.isUsable) await session.exec('ROLLBACK');
    throw error;
  }
}

function fitting(schema: SchemaRow, latest: number): SchemaRow {
  const { version, mark } = schema;
  const oldest = markIn(mark)?.oldest ?? schema.oldest;
  if (oldest > latest) {
    throw new PostroomError(
      'data/newer',
      `The database was brought up to date by a newer Postroom (data version ${version}; this one knows ${latest}, and needs to know ${oldest}). Start the newer version.`,
    );
  }
  return schema;
}

function oldestFor(sql: string, version: number): number {
  return Number(/^-- oldest: (\d+)$/m.exec(sql)?.[1] ?? version);
}

/** `undefined` before the first migration. */
async function schemaOf(session: DatabaseSession): Promise<SchemaRow | undefined> {
  const [there] = await session.rows<{ is_there: boolean }>(`SELECT to_regclass('meta') IS NOT NULL AS is_there`);
  if (there?.is_there !== true) return undefined;
  return (await session.rows<SchemaRow>(`SELECT id, version, oldest, ${MARK} AS mark FROM meta`))[0];
}

async function migrationFiles(): Promise<readonly MigrationFile[]> {
  return (await readdir(FOLDER))
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .map((name) => ({ name, version: Number(name.slice(0, 3)) }))
    .sort((a, b) => a.version - b.version);
}
