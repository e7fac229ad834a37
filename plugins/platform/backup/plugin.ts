// backup create, verify and restore. Verify and restore also work where no server can start.
import { type CommandCall, type CommandHandler, type PluginContext, PostroomError, type StandaloneContext } from '@postroom/sdk';
import { ifProvided, shellWord } from '@postroom/sdk/base';
import { ActivityLog, Clock, DataFolder, SecretStore, ServerName, StoreFiles, StoreMaintenance } from '@postroom/sdk/services';
import { answerCreated, answerRestored, answerVerified } from './answers.js';
import { clearBackupUnderWay } from './backupUnderWay.js';

export async function activate(context: PluginContext): Promise<void> {
  const dataDir = context.get(DataFolder).path;
  // The store is open, so that the folder is this server's: no backup of it can be under way.
  const half = await clearBackupUnderWay(dataDir);
  if (half !== undefined) {
    context.log.warn('A backup was interrupted; the half of it is removed. Make it again: postroom backup create', { folder: half });
  }
  const sources = {
    maintenance: context.get(StoreMaintenance),
    files: () => storeFiles(context),
    clock: context.get(Clock),
    secrets: context.get(SecretStore),
    activity: context.get(ActivityLog),
    server: context.get(ServerName),
  };
  register(context, 'backup.create', (args: { into: string; secrets: boolean }, call) => answerCreated(args, dataDir, sources, call));
  register(context, 'backup.verify', (args: { folder: string; scratch?: string }, call) => answerVerified(args, sources.files, call));
  register(context, 'backup.restore', ({ folder }: { folder: string }) => {
    sources.files();
    throw new PostroomError(
      'data/locked',
      `A server runs on ${dataDir}. Stop it, then: postroom backup restore ${shellWord(folder)} --data ${shellWord(dataDir)}`,
    );
  });
}

export function activateStandalone(context: StandaloneContext): void {
  const sources = { files: () => storeFiles(context), clock: context.get(Clock) };
  const dataDir = context.get(DataFolder).path;
  register(context, 'backup.verify', (args: { folder: string; scratch?: string }, call) => answerVerified(args, sources.files, call));
  register(context, 'backup.restore', (args: { folder: string }, call) => answerRestored(args, dataDir, sources, call));
}

/** Where the store is on another machine, nobody here can open a copy, or keep a server from the folder while its files are exchanged. */
function storeFiles(context: Pick<PluginContext, 'get'>): StoreFiles {
  const files = ifProvided(context, StoreFiles);
  if (files !== undefined) return files;
  throw new PostroomError(
    'plugin/no-provider',
    'The store of this data folder is kept elsewhere: no backup can be looked through or put in place here. Name a folder that is not there yet, without POSTROOM_STORE in the environment: --data FOLDER. To bring back the settings of a backup alone, for all servers on the store: postroom config replace BACKUP/settings.json',
  );
}

/** The arguments have been checked against the manifest. */
function register<Args>(
  { commands }: Pick<PluginContext, 'commands'>,
  command: string,
  handler: (args: Args, call: CommandCall) => unknown,
): void {
  commands.register(command, handler as CommandHandler);
}
