// Commands that work without a server and without opening the data folder first: it may be missing, damaged, or about to be replaced.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CheckResult, type CommandCall, type CommandDeclaration, sentenceOf } from '@postroom/sdk';
import { dataMissing } from '@postroom/sdk/base';
import { PluginPacker, StoreFiles } from '@postroom/sdk/services';
import { createLog } from '../base/log.js';
import { openServer } from '../bootstrap.js';
import { checkResult, problem } from '../doctor/checkResult.js';
import { checkFileSystem, checkRestore, checkRights } from '../doctor/folderChecks.js';
import { StandaloneHost } from '../host/standalone.js';

type Standalone = (args: Readonly<Record<string, unknown>>, dataDir: string, call: CommandCall) => Promise<unknown>;

/** How a command works where no server can start; `undefined` for those that need one. */
export function standalone({ command, standalone: isPlugins }: CommandDeclaration): Standalone | undefined {
  if (command === 'doctor') return examine;
  if (isPlugins !== true) return undefined;
  return async (args, dataDir, call) => (await openStandalone(dataDir)).run(command, args, call);
}

function openStandalone(dataDir: string): Promise<StandaloneHost> {
  const log = createLog('error', process.stderr);
  return StandaloneHost.open(dataDir, log, () => openServer({ dataDir, serve: false, log }));
}

/** Runs a command that works on the caller's files alone. */
export async function runLocally(command: string, args: Readonly<Record<string, unknown>>, call: CommandCall): Promise<unknown> {
  return (await StandaloneHost.bare(createLog('error', process.stderr))).run(command, args, call);
}

/** A plugin's folder as one file. */
export async function packFolder(folder: string): Promise<Uint8Array> {
  const host = await StandaloneHost.bare(createLog('error', process.stderr));
  return (await host.service(PluginPacker)).pack(folder);
}

/** The doctor also visits where no server can start, and says why. */
async function examine(args: Readonly<Record<string, unknown>>, dataDir: string, call: CommandCall): Promise<readonly CheckResult[]> {
  const files = async (): Promise<StoreFiles> => (await openStandalone(dataDir)).service(StoreFiles);
  if (!existsSync(path.join(dataDir, 'settings.json')) && (await (await files()).interrupted(dataDir)) === undefined) {
    throw dataMissing(dataDir);
  }
  let server: Awaited<ReturnType<typeof openServer>>;
  try {
    server = await openServer({ dataDir, serve: false, log: createLog('error', process.stderr) });
  } catch (error) {
    return [
      await checkResult('data folder', () => checkRights(dataDir)),
      await checkResult('file system', () => checkFileSystem(dataDir)),
      await checkResult('restore', async () => checkRestore(dataDir, await files())),
      problem('start', `No server can start here: ${sentenceOf(error)}`),
    ];
  }
  try {
    return (await server.run('doctor', args, call)) as readonly CheckResult[];
  } finally {
    await server.close();
  }
}
