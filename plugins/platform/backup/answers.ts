// What backup create, verify and restore do and answer.
import os from 'node:os';
import path from 'node:path';
import type { CommandCall } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import type { ActivityLog, Clock, ServerName, StoreFiles } from '@postroom/sdk/services';
import type { BackupManifest } from './backupFolder.js';
import { noteBackupUnderWay } from './backupUnderWay.js';
import { type BackupSources, createBackup } from './createBackup.js';
import { restoreBackup } from './restoreBackup.js';
import { verifyBackup } from './verifyBackup.js';

type Call = Pick<CommandCall, 'progress'>;

export async function answerCreated(
  { into, secrets }: { readonly into: string; readonly secrets: boolean },
  dataDir: string,
  { server, activity, ...sources }: Omit<BackupSources, 'underWay'> & { readonly server: ServerName; readonly activity: ActivityLog },
  call: Call,
): Promise<object> {
  const { folder, manifest } = await createBackup(
    { dataDir, into, secrets, serverName: server.name },
    { ...sources, underWay: (part) => noteBackupUnderWay(dataDir, part) },
    (step) => call.progress(step),
  );
  activity.add({
    kind: 'service',
    account: undefined,
    user: undefined,
    message: undefined,
    text: `Backup made${manifest.census === undefined ? ' of all but the mail' : ''}: ${folder}${secrets ? ', with passwords and keys' : ''}`,
  });
  return {
    folder,
    ...manifest.census,
    ...(manifest.storeElsewhere !== undefined && { missing: `${NO_MAIL} It is backed up like this: ${manifest.storeElsewhere}` }),
    next: nextOfCreated(manifest),
  };
}

function nextOfCreated({ secrets, storeElsewhere }: BackupManifest): string {
  if (storeElsewhere !== undefined) {
    return secrets
      ? 'It holds the key that opens the passwords in the store: keep it where only the administrator can read it.'
      : 'The key that opens the passwords in the store is not in it; --secrets takes it along.';
  }
  return secrets
    ? 'It holds passwords and keys: keep it where only the administrator can read it.'
    : 'Passwords are not in it; --secrets takes them along.';
}

export async function answerVerified(
  { folder, scratch }: { readonly folder: string; readonly scratch?: string },
  files: () => StoreFiles,
  call: Call,
): Promise<object> {
  const manifest = await verifyBackup(folder, scratch ?? os.tmpdir(), files, (step) => call.progress(step));
  return {
    folder,
    whole: true,
    createdAt: manifest.createdAt,
    files: manifest.files.length,
    secrets: manifest.secrets,
    ...manifest.census,
    ...(manifest.storeElsewhere !== undefined && { missing: `${NO_MAIL} Whether it can be restored was not looked at.` }),
  };
}

const NO_MAIL = 'The mail is not in this backup: the store keeps it elsewhere.';

/** Without a server: the only way to restore. */
export async function answerRestored(
  { folder }: { readonly folder: string },
  dataDir: string,
  { files, clock }: { readonly files: () => StoreFiles; readonly clock: Clock },
  call: Call,
): Promise<object> {
  const { manifest, movedTo, held } = await restoreBackup(folder, dataDir, { files: files(), clock }, (step) => call.progress(step));
  return {
    restored: folder,
    into: dataDir,
    createdAt: manifest.createdAt,
    ...manifest.census,
    ...(movedTo !== undefined && { formerData: movedTo }),
    next: [
      ...(manifest.storeElsewhere === undefined
        ? []
        : [
            `${NO_MAIL} Restore it there before a server starts here. It was backed up like this: ${manifest.storeElsewhere}`,
            sharedSettings(folder),
          ]),
      ...(held > 0 ? [`${held} recipients in the Outbox are on hold, as they may have been sent since: postroom outbox list`] : []),
      ...(manifest.secrets || manifest.storeElsewhere !== undefined
        ? []
        : ['Passwords are not in this backup: those of the data folder stay; where there are none, set them.']),
    ],
  };
}

/** A restore changes nothing of what other servers use: that is for people to decide, who see what differs. */
function sharedSettings(folder: string): string {
  const file = shellWord(path.join(folder, 'settings.json'));
  return (
    "Settings, passwords and certificates are the store's, for all servers on it. Where it has settings, those of this backup do not count: the first start keeps them beside, as " +
    `settings.json.former-DATE. To bring them back on all servers, once one runs: postroom config replace ${file}`
  );
}
