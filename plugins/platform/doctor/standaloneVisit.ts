// The visit without a server: one is opened for it, and where none can start the doctor says why, and looks at the folder.
import { type CheckResult, type CommandCall, type CommandServer, type StandaloneContext, sentenceOf } from '@postroom/sdk';
import { dataMissing, ifProvided } from '@postroom/sdk/base';
import { ContributedEntries, DataFolder, SettingsSource, StoreFiles } from '@postroom/sdk/services';
import { finding, findingOf } from './findings.js';
import { checkFileSystem, checkRestore, checkRights } from './folderChecks.js';

/** Rejects with `data/missing` where nothing is there that could be looked at. */
export async function visitAlone(
  context: Pick<StandaloneContext, 'get' | 'openServer'>,
  args: Readonly<Record<string, unknown>>,
  call: CommandCall,
): Promise<readonly CheckResult[]> {
  const dataDir = context.get(DataFolder).path;
  if (await isEmpty(context, dataDir)) throw dataMissing(dataDir);
  let server: CommandServer;
  try {
    server = await context.openServer();
  } catch (error) {
    return [
      await findingOf('data folder', () => checkRights(dataDir, context.get(ContributedEntries))),
      await findingOf('file system', () => checkFileSystem(dataDir)),
      ...(await restoreFindings(context, dataDir)),
      finding('problem', 'start', `No server can start here: ${sentenceOf(error)}`),
    ];
  }
  try {
    return (await server.run('doctor', args, call)) as readonly CheckResult[];
  } finally {
    await server.close();
  }
}

/** None where the store has no files that a restore could be about. */
async function restoreFindings(context: Pick<StandaloneContext, 'get'>, dataDir: string): Promise<readonly CheckResult[]> {
  try {
    const files = ifProvided(context, StoreFiles);
    return files === undefined ? [] : [await findingOf('restore', () => checkRestore(dataDir, files))];
  } catch (error) {
    return [finding('problem', 'restore', sentenceOf(error))];
  }
}

/** Where there are no settings a server would begin anew, unless a restore left the folder so. */
async function isEmpty(context: Pick<StandaloneContext, 'get'>, dataDir: string): Promise<boolean> {
  try {
    const settings = await context.get(SettingsSource).read();
    const isRestoring = (await ifProvided(context, StoreFiles)?.interrupted(dataDir)) !== undefined;
    return settings.text === undefined && settings.isMissing && !isRestoring;
  } catch {
    // A boot.json is there, and is wrong, or names a plugin that cannot be asked: the start says what is so.
    return false;
  }
}
