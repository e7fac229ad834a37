// The password at the database. Asked for at every new connection, so that a new one counts without a restart.
import { readFile } from 'node:fs/promises';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import type { HostAddress, StoreAddress } from './address.js';

/** `undefined` where nobody gave one: PostgreSQL may not want any. Throws `store/unfit` for a file that cannot be read. */
export async function passwordFor(address: StoreAddress, host: HostAddress, environment = process.env): Promise<string | undefined> {
  if (address.password !== undefined) return address.password;
  if (address.passwordFile !== undefined) return (await textOf(address.passwordFile)).replace(/\r?\n$/, '');
  if (environment['PGPASSWORD'] !== undefined) return environment['PGPASSWORD'];
  const file = environment['PGPASSFILE'];
  return file === undefined ? undefined : fromPasswordFile(await textOf(file), address, host);
}

/** PostgreSQL's own kind (its manual, "The Password File"): `host:port:database:user:password`, the first line that fits, `*` for any, `\` before `:` and `\`. */
export function fromPasswordFile(
  text: string,
  address: Pick<StoreAddress, 'database' | 'user'>,
  { host, port }: HostAddress,
): string | undefined {
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), address.database, address.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) => field.replace(/\\(.)/g, '$1'));
    const password = fields[4];
    if (password !== undefined && wanted.every((value, at) => fields[at] === '*' || fields[at] === value)) return password;
  }
  return undefined;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PostroomError(
      'store/unfit',
      `The file with the database's password cannot be read: ${sentenceOf(error)}`,
      { path },
      { cause: error },
    );
  }
}
