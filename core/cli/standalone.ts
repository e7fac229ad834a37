// Commands that work without a server and without opening the data folder first: it may be missing, damaged, or about to be replaced.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CheckResult, type CommandCall, sentenceOf } from '@postroom/sdk';
import { SystemClock } from '@postroom/sdk/base';
import { createLog } from '../base/log.js';
import { openServer } from '../bootstrap.js';
import { restore, verify } from '../commands/backupArea.js';
import { checkResult, problem } from '../doctor/checkResult.js';
import { checkFileSystem, checkRestore, checkRights } from '../doctor/folderChecks.js';
import { dataMissing } from './dataMissing.js';

type Standalone = (args: Readonly<Record<string, unknown>>, dataDir: string, call: CommandCall) => Promise<unknown>;

export const STANDALONE: Readonly<Record<string, Standalone>> = {
  'backup.verify': (args, _dataDir, call) => verify(args as Parameters<typeof verify>[0], new SystemClock(), call),
  'backup.restore': (args, dataDir, call) => restore(args as Parameters<typeof restore>[0], dataDir, new SystemClock(), call),
  doctor: examine,
};

/** The doctor also visits where no server can start, and says why. */
async function examine(args: Readonly<Record<string, unknown>>, dataDir: string, call: CommandCall): Promise<readonly CheckResult[]> {
  if (!existsSync(path.join(dataDir, 'settings.json')) && !existsSync(path.join(dataDir, 'restore-unfinished'))) {
    throw dataMissing(dataDir);
  }
  let server: Awaited<ReturnType<typeof openServer>>;
  try {
    server = await openServer({ dataDir, serve: false, log: createLog('error', process.stderr) });
  } catch (error) {
    return [
      await checkResult('data folder', () => checkRights(dataDir)),
      await checkResult('file system', () => checkFileSystem(dataDir)),
      await checkResult('restore', () => checkRestore(dataDir)),
      problem('start', `No server can start here: ${sentenceOf(error)}`),
    ];
  }
  try {
    return (await server.run('doctor', args, call)) as readonly CheckResult[];
  } finally {
    await server.close();
  }
}
