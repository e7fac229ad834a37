// outbox list|retry|hold|return: what they take and answer. outboxArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, dateTime, integer, object, outboxState, string } from './answerSchemas.js';
import { args, numbers } from './argumentSchemas.js';

export const OUTBOX_COMMANDS = [
  {
    command: 'outbox.list',
    title: 'Mail that waits to be sent',
    reads: true,
    offline: true,
    result: arrayOf(
      object(
        {
          entry: integer(),
          message: string(),
          account: string(),
          from: string(),
          recipient: string(),
          state: outboxState,
          queuedAt: dateTime(),
          tries: integer(),
          nextTryAt: dateTime(),
        },
        {
          subject: string(),
          doubts: integer('Tries that left it open whether the ISP has the message.'),
          lastAnswer: string('Of the ISP.'),
        },
      ),
    ),
  },
  {
    command: 'outbox.retry',
    title: 'Try entries again in the next round',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
    result: object({ entries: integer('How many.') }),
  },
  {
    command: 'outbox.hold',
    title: 'Keep entries back until they are retried',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
    result: object({ entries: integer('How many.') }),
  },
  {
    command: 'outbox.return',
    title: 'Give up entries and tell their author',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
    result: object({ entries: integer('How many.') }),
  },
] as const satisfies readonly CommandDeclaration[];
