// config get|set|unset|confirm|validate|history|diff|undo: what they take and answer. configArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { anyOf, anyValue, arrayOf, boolean, dateTime, integer, object, string, strings, warnings } from './answerSchemas.js';
import { args, changes, file, text, whole } from './argumentSchemas.js';

const confirm = string('Where the change goes back unless it is confirmed: what comes of it, and how to confirm it.');

export const CONFIG_COMMANDS = [
  {
    command: 'config.get',
    title: 'Settings in force',
    reads: true,
    offline: true,
    positional: ['key'],
    arguments: args({ key: text('A property, for example log.level or accounts.company; without it all.') }),
    result: anyValue('The value; with no key an object of all, by key.'),
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
    result: anyOf(
      object({ key: string(), value: anyValue('As it was set.'), warnings }, { confirm }),
      object(
        {
          changes: arrayOf(object({ key: string(), value: anyValue('As it was set.') }), 'Where several properties were changed.'),
          warnings,
        },
        { confirm },
      ),
    ),
  },
  {
    command: 'config.unset',
    title: 'Take a property out of the settings: its default counts again',
    offline: true,
    positional: ['key'],
    arguments: args({ key: text('A property.') }, ['key']),
    result: object({ key: string(), warnings }, { confirm }),
  },
  {
    command: 'config.confirm',
    title: 'Keep a change of ports, TLS or access; without it the former values come back within 60 s',
    result: anyOf(object({ confirmed: strings('Keys of the properties that stay.') }), string('That nothing waits to be confirmed.')),
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
    result: object(
      { valid: boolean(), warnings: strings('A line each, with the place in the text.') },
      {
        looked: integer('With whatIf: messages that were looked at.'),
        moved: arrayOf(
          object({
            message: string(),
            from: string(),
            subject: string(),
            now: strings('Where it goes by the settings in force.'),
            instead: strings('Where it would go.'),
          }),
          'With whatIf: messages that would go elsewhere.',
        ),
      },
    ),
  },
  {
    command: 'config.history',
    title: 'Former versions of the settings',
    reads: true,
    offline: true,
    arguments: args({ limit: whole('At most this many, newest first.', 20) }),
    result: arrayOf(object({ id: integer(), at: dateTime(), author: string() })),
  },
  {
    command: 'config.diff',
    title: 'What changed since a former version',
    reads: true,
    offline: true,
    positional: ['revision'],
    arguments: args({ revision: { type: 'integer', description: 'As "config history" shows it; without it the one before.' } }),
    result: string('Lines that differ, or that nothing does.'),
  },
  {
    command: 'config.undo',
    title: 'Go back to a former version',
    offline: true,
    positional: ['revision'],
    arguments: args({ revision: { type: 'integer', description: 'As "config history" shows it; without it the one before.' } }),
    result: object({ revision: integer('The version that is in force again.'), warnings }, { confirm }),
  },
] as const satisfies readonly CommandDeclaration[];
