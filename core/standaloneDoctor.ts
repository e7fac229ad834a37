// The doctor also visits where no server can start, and says why: the data folder may be missing, damaged, or about to be replaced.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CheckResult, type CommandCall, sentenceOf } from '@postroom/sdk';
import { dataMissing } from '@postroom/sdk/base';
import { type StandaloneServices, StoreFiles } from '@postroom/sdk/services';
import { createLog } from './base/log.js';
import { openServer } from './bootstrap.js';
import { checkResult, problem } from './doctor/checkResult.js';
import { checkFileSystem, checkRestore, checkRights } from './doctor/folderChecks.js';

/** Standalone services of a data folder, the doctor's command among them. */
export function withDoctor(alone: StandaloneServices, dataDir: string): StandaloneServices {
  return {
    get: (id) => alone.get(id),
    run: (command, args, call) => (command === 'doctor' ? examine(alone, dataDir, args, call) : alone.run(command, args, call)),
  };
}

async function examine(alone: StandaloneServices, dataDir: string, args: unknown, call: CommandCall): Promise<readonly CheckResult[]> {
  if (!existsSync(path.join(dataDir, 'settings.json')) && (await (await alone.get(StoreFiles)).interrupted(dataDir)) === undefined) {
    throw dataMissing(dataDir);
  }
  let server: Awaited<ReturnType<typeof openServer>>;
  try {
    server = await openServer({ dataDir, serve: false, log: createLog('error', process.stderr) });
  } catch (error) {
    return [
      await checkResult('data folder', () => checkRights(dataDir)),
      await checkResult('file system', () => checkFileSystem(dataDir)),
      await checkResult('restore', async () => checkRestore(dataDir, await alone.get(StoreFiles))),
      problem('start', `No server can start here: ${sentenceOf(error)}`),
    ];
  }
  try {
    return (await server.run('doctor', args, call)) as readonly CheckResult[];
  } finally {
    await server.close();
  }
}
