// backup create|verify|restore: what they take. backupArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, flag, folder } from './argumentSchemas.js';

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
  },
  {
    command: 'backup.restore',
    title: 'Put a backup in the place of the data folder; what is there is moved aside',
    offline: true,
    positional: ['folder'],
    arguments: args({ folder: folder('The folder that `backup create` made.') }, ['folder']),
  },
] as const satisfies readonly CommandDeclaration[];
