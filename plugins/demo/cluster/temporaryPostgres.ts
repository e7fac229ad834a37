// A PostgreSQL of the demo's own: as durable as in service (fsync is on), on a free port of 127.0.0.1, with a password that nobody else knows.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type DemoFolder, hasEnded } from './demoFolder.js';
import { type PostgresPrograms, programEnvironment } from './postgresPrograms.js';

const HOST = '127.0.0.1';
const USER = 'postroom';
/** Every cluster has it. */
const DATABASE = 'postgres';
const LOOK_EVERY_MS = 100;

/** Where a server finds it, and by what password. */
export interface TemporaryPostgres {
  readonly url: string;
  readonly password: string;
  readonly port: number;
}

/** It ends with the folder. Rejects with what PostgreSQL said where it does not start. */
export async function startPostgres(programs: PostgresPrograms, folder: DemoFolder): Promise<TemporaryPostgres> {
  const { uid, gid } = programs.account;
  const home = path.join(folder.path, 'postgres');
  const data = path.join(home, 'data');
  const passwordFile = path.join(home, 'password');
  const password = randomBytes(18).toString('base64url');
  await mkdir(home, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) for (const each of [home, passwordFile]) await chown(each, uid, gid);
  const first = ['-U', USER, '-E', 'UTF8', '--locale=C', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  await programs.run('initdb', ['-D', data, ...first, '--no-sync'], folder);

  const port = await freePort();
  const logFile = path.join(folder.path, 'postgres.log');
  const log = await open(logFile, 'a');
  const settings = { listen_addresses: HOST, unix_socket_directories: '' };
  const args = ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const child = folder.start('QUIT', () =>
    spawn(programs.path('postgres'), args, {
      ...programs.account,
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
      env: programEnvironment(),
      cwd: '/',
    }),
  );
  await once(child, 'spawn');
  await log.close();
  // What waits for it is the demo, not its process.
  child.unref();
  const isReady = (): Promise<boolean> =>
    programs.run('pg_isready', ['-q', '-h', HOST, '-p', String(port)]).then(
      () => true,
      () => false,
    );
  while (!(await isReady())) {
    if (hasEnded(child)) throw new Error(`PostgreSQL does not start: ${(await readFile(logFile, 'utf8')).trim()}`);
    await wait(LOOK_EVERY_MS);
  }
  return { url: `postgres://${USER}@${HOST}:${port}/${DATABASE}`, password, port };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
