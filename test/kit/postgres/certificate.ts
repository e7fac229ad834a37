// The cluster's certificate: made by itself, for 127.0.0.1.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';
import { giveTo, type PostgresAccount } from './account.js';

/** Writes it, and its key, where PostgreSQL looks for them. */
export async function certify(data: string, account: PostgresAccount): Promise<void> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });

  await writeFile(path.join(data, 'server.crt'), cert);
  // PostgreSQL takes no key that others can read.
  await writeFile(path.join(data, 'server.key'), key, { mode: 0o600 });
  await giveTo(account, path.join(data, 'server.key'));
}
