// backup create|verify|restore, as the running server sees them.
import os from 'node:os';
import { type CommandCall, PostroomError } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import { ActivityLog, Clock, DataFolder, SecretStore, StoreFiles, StoreMaintenance } from '@postroom/sdk/services';
import { noteBackupUnderWay } from '../backup/backupUnderWay.js';
import { createBackup } from '../backup/createBackup.js';
import { restoreBackup } from '../backup/restoreBackup.js';
import { verifyBackup } from '../backup/verifyBackup.js';
import { ServerName } from '../directory/serverName.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { BACKUP_COMMANDS } from './backupDeclarations.js';

export class BackupArea implements CommandArea {
  constructor(
    @DataFolder private readonly folder: DataFolder,
    @StoreMaintenance private readonly maintenance: StoreMaintenance,
    @StoreFiles private readonly files: StoreFiles,
    @ServerName private readonly server: ServerName,
    @ActivityLog private readonly activity: ActivityLog,
    @Clock private readonly clock: Clock,
    @SecretStore private readonly secrets: SecretStore,
  ) {}

  readonly handlers: HandlersOf<typeof BACKUP_COMMANDS> = {
    'backup.create': handler<{ into: string; secrets: boolean }>(async ({ into, secrets }, call) => {
      const wish = { dataDir: this.folder.path, into, secrets, serverName: this.server.name };
      const { folder, manifest } = await createBackup(
        wish,
        {
          maintenance: this.maintenance,
          files: this.files,
          clock: this.clock,
          secrets: this.secrets,
          underWay: (part) => noteBackupUnderWay(this.folder.path, part),
        },
        (step) => call.progress(step),
      );
      this.activity.add({
        kind: 'service',
        account: undefined,
        user: undefined,
        message: undefined,
        text: `Backup made: ${folder}${secrets ? ', with passwords and keys' : ''}`,
      });
      return {
        folder,
        ...manifest.census,
        next: secrets
          ? 'It holds passwords and keys: keep it where only the administrator can read it.'
          : 'Passwords are not in it; --secrets takes them along.',
      };
    }),
    'backup.verify': handler<{ folder: string; scratch?: string }>((args, call) => verify(args, this.files, call)),
    'backup.restore': handler<{ folder: string }>(({ folder }) => {
      throw new PostroomError(
        'data/locked',
        `A server runs on ${this.folder.path}. Stop it, then: postroom backup restore ${shellWord(folder)} --data ${shellWord(this.folder.path)}`,
      );
    }),
  };
}

export async function verify(
  { folder, scratch }: { readonly folder: string; readonly scratch?: string },
  files: StoreFiles,
  call: Pick<CommandCall, 'progress'>,
): Promise<object> {
  const manifest = await verifyBackup(folder, scratch ?? os.tmpdir(), files, (step) => call.progress(step));
  return {
    folder,
    whole: true,
    createdAt: manifest.createdAt,
    files: manifest.files.length,
    secrets: manifest.secrets,
    ...manifest.census,
  };
}

/** Without a server: the only way to restore. */
export async function restore(
  { folder }: { readonly folder: string },
  dataDir: string,
  sources: { readonly files: StoreFiles; readonly clock: Clock },
  call: Pick<CommandCall, 'progress'>,
): Promise<object> {
  const { manifest, movedTo, held } = await restoreBackup(folder, dataDir, sources, (step) => call.progress(step));
  return {
    restored: folder,
    into: dataDir,
    createdAt: manifest.createdAt,
    ...manifest.census,
    ...(movedTo !== undefined && { formerData: movedTo }),
    next: [
      ...(held > 0 ? [`${held} recipients in the Outbox are on hold, as they may have been sent since: postroom outbox list`] : []),
      ...(manifest.secrets ? [] : ['Passwords are not in this backup: those of the data folder stay; where there are none, set them.']),
    ],
  };
}
