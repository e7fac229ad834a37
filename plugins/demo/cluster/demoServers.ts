// The two servers of the demo: the first makes the store, the settings and the passwords, the second joins with the same key.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProgramTools, RunCommand } from '@postroom/sdk/services';
import { PRACTICE_PASSWORD, type PracticeIsp, practiceOffice } from '@postroom/sdk/testing';
import { demoSettings } from '../demoSettings.js';
import { PASSWORD } from '../howToConnect.js';
import type { DemoFolder } from './demoFolder.js';
import { DemoServer } from './demoServer.js';
import type { TemporaryPostgres } from './temporaryPostgres.js';

export interface DemoServers {
  readonly first: DemoServer;
  readonly second: DemoServer;
}

interface Surroundings {
  readonly isp: PracticeIsp;
  readonly folder: DemoFolder;
  readonly tools: ProgramTools;
}

const KEY_FILE = 'secret.key';
const FIRST = 'front-1';
const SECOND = 'front-2';

export async function startServers(postgres: TemporaryPostgres, { isp, folder, tools }: Surroundings): Promise<DemoServers> {
  const passwordFile = path.join(folder.path, 'database-password');
  await writeFile(passwordFile, postgres.password, { mode: 0o600 });
  const dataFolder = async (node: string): Promise<string> => {
    const dataDir = path.join(folder.path, node);
    await mkdir(dataDir, { mode: 0o700 });
    const boot = { store: postgres.url, node, properties: { 'storePostgres.passwordFile': passwordFile } };
    await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify(boot, undefined, 2));
    return dataDir;
  };
  const [first, second] = [await dataFolder(FIRST), await dataFolder(SECOND)];
  await writeFile(path.join(first, 'settings.json'), JSON.stringify(await settings(isp, tools), undefined, 2));
  const running = await DemoServer.start(FIRST, first, folder);
  // By its control socket: the demo itself opens no server, which would outlast the processes.
  await tools.withCommands(first, (run) => setPasswords(run));
  await copyFile(path.join(first, KEY_FILE), path.join(second, KEY_FILE));
  return { first: running, second: await DemoServer.start(SECOND, second, folder) };
}

async function settings(isp: PracticeIsp, tools: ProgramTools): Promise<object> {
  const manifests = (await tools.installed()).flatMap(({ manifest }) => manifest ?? []);
  return {
    ...demoSettings(manifests).first,
    ...practiceOffice(isp),
    'log.level': 'warn',
    // The mail programs of the demo speak in clear text, on this machine.
    'smtp.plaintextNetworks': ['127.0.0.1'],
  };
}

async function setPasswords(run: RunCommand): Promise<void> {
  for (const account of ['company', 'works']) await run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
  for (const [account, user] of [
    ['company', 'andrew'],
    ['works', 'lisa'],
    ['works', 'john'],
  ]) {
    await run('users.set-password', { account, user, password: PASSWORD });
  }
  await run('users.set-password', { account: 'admin1', password: PASSWORD });
}
