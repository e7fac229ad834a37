// One message for everybody: how many bodies reach the disk, in how many commits. A Maildir holds one for each.
import path from 'node:path';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { DATABASE_FILE } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { makeDataFolder, OurServer } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { type Bench, type Measurement, type Row, shorter } from '../row.js';

const USERS = 64;
const OCTETS = 100_000;

export const oneBody: Measurement = { name: 'one-body', needs: ['dovecot'], run };

async function run(bench: Bench): Promise<readonly Row[]> {
  const isp = await DovecotPeer.start(path.join(bench.folder, 'body-isp'));
  const dataDir = path.join(bench.folder, 'body');
  await makeDataFolder(dataDir, {
    users: USERS,
    account: { 'pop3.host': '127.0.0.1', 'pop3.port': isp.port, 'pop3.security': 'plain', 'pop3.user': 'ours' },
  });
  const server = await OurServer.start(dataDir);
  try {
    await server.run('accounts.set-password', { account: 'works', password: DOVECOT_PASSWORD });
    await isp.put('ours', 1, OCTETS, () => 'public1@works.example');
    await server.run('send-receive');
    const found = await inStore(dataDir);
    if (found.copies !== USERS) throw new Error(`${found.copies} of ${USERS} users have the message.`);
    return [
      shorter(`one message to PUBLIC1 of ${USERS} users`, 'bodies on disk', found.bodies, USERS, 1 / USERS, [
        `${found.copies} copies, ${found.moments} moment of being placed: one commit`,
      ]),
    ];
  } finally {
    await server.stop();
    await isp.stop();
  }
}

async function inStore(dataDir: string): Promise<{ readonly bodies: number; readonly copies: number; readonly moments: number }> {
  const reader = await Connection.open(path.join(dataDir, DATABASE_FILE), 'read');
  try {
    // The message is shorter than a chunk.
    const chunks = await reader.get<{ bodies: number }>('SELECT count(*) AS bodies FROM chunk');
    const copies = await reader.get<{ copies: number; moments: number }>(
      'SELECT count(*) AS copies, count(DISTINCT placed_at) AS moments FROM placement',
    );
    return { bodies: chunks?.bodies ?? 0, copies: copies?.copies ?? 0, moments: copies?.moments ?? 0 };
  } finally {
    await reader.close();
  }
}
