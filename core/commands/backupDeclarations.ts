// backup create|verify|restore: what they take and answer. backupArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { boolean, dateTime, integer, object, string, strings } from './answerSchemas.js';
import { args, flag, folder } from './argumentSchemas.js';

const census = {
  messages: integer(),
  octets: integer('Of the messages.'),
  copies: integer('In mailboxes.'),
  outbox: integer('Recipients in the Outbox.'),
  journal: integer('Messages at the ISPs that are remembered.'),
  activity: integer('Entries of the log.'),
};

export const BACKUP_COMMANDS = [
  {
    command: 'backup.create',
    title: 'Copy everything into a folder, while the server runs',
    offline: true,
    positional: ['into'],
    arguments: args(
      {
        into: folder('The folder in which the backup gets a folder of its own; best on another disk.'),
        secrets: flag('Also passwords and keys: for a new machine.'),
      },
      ['into'],
    ),
    result: object({ folder: string('The folder of this backup.'), ...census, next: string('What to know of it, a sentence.') }),
  },
  {
    command: 'backup.verify',
    title: 'Restore a backup into a scratch folder and compare everything',
    reads: true,
    offline: true,
    positional: ['folder'],
    arguments: args(
      {
        folder: folder('The folder that `backup create` made.'),
        scratch: folder('Where there is room for it; default the temporary folder.'),
      },
      ['folder'],
    ),
    result: object({
      folder: string(),
      whole: boolean(),
      createdAt: dateTime(),
      files: integer('Files in it.'),
      secrets: boolean('It holds passwords and keys.'),
      ...census,
    }),
  },
  {
    command: 'backup.restore',
    title: 'Put a backup in the place of the data folder; what is there is moved aside',
    offline: true,
    positional: ['folder'],
    arguments: args({ folder: folder('The folder that `backup create` made.') }, ['folder']),
    result: object(
      {
        restored: string('The folder of the backup.'),
        into: string('The data folder.'),
        createdAt: dateTime(),
        ...census,
        next: strings('What is left to do, a sentence each.'),
      },
      { formerData: string('Where the data that was there lies now.') },
    ),
  },
] as const satisfies readonly CommandDeclaration[];
