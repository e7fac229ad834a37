// licence: what they take and answer. licenceArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, boolean, integer, object, openObject, string } from './answerSchemas.js';

export const LICENCE_COMMANDS = [
  {
    command: 'licence',
    title: 'Edition, limits and device',
    reads: true,
    offline: true,
    result: object(
      {
        granted: boolean(),
        edition: string(),
        used: object({ accounts: integer(), users: arrayOf(object({ account: string(), users: integer() })) }),
      },
      {
        limits: object({ accounts: integer(), usersPerAccount: integer() }, {}, 'Where it is granted.'),
        reason: string('Where it is denied: why, a sentence.'),
        remedy: string('Where it is denied: what mends it, a sentence.'),
        device: openObject('What the plugin that looks for the network device knows of it; missing where none is active.'),
        history: arrayOf(openObject('As that plugin keeps it.'), 'When the device came and went, oldest first.'),
      },
    ),
  },
] as const satisfies readonly CommandDeclaration[];
