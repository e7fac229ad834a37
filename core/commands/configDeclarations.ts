// config get|set|unset|confirm|validate|history|diff|undo: what they take. configArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, changes, file, text, whole } from './argumentSchemas.js';

export const CONFIG_COMMANDS = [
  {
    command: 'config.get',
    title: 'Settings in force',
    reads: true,
    offline: true,
    positional: ['key'],
    arguments: args({ key: text('A property, for example log.level or accounts.company; without it all.') }),
  },
  {
    command: 'config.set',
    title: 'Change a property',
    offline: true,
    positional: ['key', 'value', 'more'],
    arguments: args(
      {
        key: text('A property, for example log.level or accounts.company.address.'),
        value: text('JSON, or a plain text.'),
        more: changes('Further properties, each followed by its value: those that need each other are changed together.'),
      },
      ['key', 'value'],
    ),
  },
  {
    command: 'config.unset',
    title: 'Take a property out of the settings: its default counts again',
    offline: true,
    positional: ['key'],
    arguments: args({ key: text('A property.') }, ['key']),
  },
  {
    command: 'config.confirm',
    title: 'Keep a change of ports, TLS or access; without it the former values come back within 60 s',
  },
  {
    command: 'config.validate',
    title: 'Check settings without using them',
    reads: true,
    offline: true,
    positional: ['file'],
    arguments: args({
      file: file('A settings file; without it the one in the data folder.'),
      whatIf: {
        type: 'integer',
        minimum: 1,
        maximum: 100_000,
        description: 'Also say which of so many newest messages would go elsewhere.',
      },
    }),
  },
  {
    command: 'config.history',
    title: 'Former versions of the settings',
    reads: true,
    offline: true,
    arguments: args({ limit: whole('At most this many, newest first.', 20) }),
  },
  {
    command: 'config.diff',
    title: 'What changed since a former version',
    reads: true,
    offline: true,
    positional: ['revision'],
    arguments: args({ revision: { type: 'integer', description: 'As "config history" shows it; without it the one before.' } }),
  },
  {
    command: 'config.undo',
    title: 'Go back to a former version',
    offline: true,
    positional: ['revision'],
    arguments: args({ revision: { type: 'integer', description: 'As "config history" shows it; without it the one before.' } }),
  },
] as const satisfies readonly CommandDeclaration[];
