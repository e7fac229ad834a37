// log read|days: what they take and answer. logArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, dateTime, integer, object, oneOf, openObject, string } from './answerSchemas.js';
import { account, args, text, user, whole } from './argumentSchemas.js';

export const LOG_COMMANDS = [
  {
    command: 'log.read',
    title: 'What was collected, sent and picked up',
    reads: true,
    offline: true,
    positional: ['day'],
    arguments: args({
      day: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'Local day, 2026-11-23; without it the newest entries.' },
      account,
      user,
      text: text('Only entries that hold this text.'),
      before: { type: 'integer', description: 'Only entries before this id: the next page.' },
      limit: whole('At most this many, newest first.', 100),
    }),
    result: arrayOf(
      object(
        {
          id: integer(),
          at: dateTime(),
          kind: oneOf(['collected', 'sent', 'deferred', 'bounced', 'submitted', 'picked-up', 'round', 'problem', 'settings', 'service']),
          text: string('A sentence.'),
          details: openObject('Facts for columns: octets, peer, recipient.'),
        },
        { account: string(), user: string(), message: string() },
      ),
    ),
  },
  {
    command: 'log.days',
    title: 'The days that have a log',
    reads: true,
    offline: true,
    result: arrayOf(object({ day: string('Local day, 2026-11-23.'), entries: integer() })),
  },
] as const satisfies readonly CommandDeclaration[];
