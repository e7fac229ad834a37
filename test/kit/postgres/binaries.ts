// PostgreSQL's programs on this machine, for tests that start a cluster of their own.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Where Debian puts them, a folder for each version. */
const DEBIAN = '/usr/lib/postgresql';

/** The folder of the newest version; `undefined` where there is none. `POSTROOM_POSTGRES_BIN` names another one, or none (`none`). */
export function postgresBinaries(): string | undefined {
  const named = process.env['POSTROOM_POSTGRES_BIN'];
  if (named !== undefined && named !== '') return isWhole(named) ? named : undefined;
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [...versions.map((version) => path.join(DEBIAN, version, 'bin')), ...(process.env['PATH'] ?? '').split(path.delimiter)];
  return folders.find(isWhole);
}

/** A client alone has no `initdb`. */
function isWhole(folder: string): boolean {
  return folder !== '' && ['initdb', 'postgres', 'pg_basebackup'].every((program) => existsSync(path.join(folder, program)));
}
