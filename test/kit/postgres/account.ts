// PostgreSQL refuses to run as root: there its programs run as somebody else, who owns its folder.
import { readFileSync } from 'node:fs';
import { chown } from 'node:fs/promises';

/** Who runs PostgreSQL's programs; nothing where this process may do it itself. */
export interface PostgresAccount {
  readonly uid?: number;
  readonly gid?: number;
}

export function postgresAccount(): PostgresAccount {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([each]) => each === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither an account "postgres" nor "nobody" to run it as.');
}

export async function giveTo(account: PostgresAccount, path: string): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
}
