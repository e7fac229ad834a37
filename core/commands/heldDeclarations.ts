// held list|retry|release|delete: what they take and answer. heldArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, dateTime, integer, object, oneOf, string, strings } from './answerSchemas.js';
import { args, text, texts } from './argumentSchemas.js';

export const HELD_COMMANDS = [
  {
    command: 'held.list',
    title: 'Mail that is held, in quarantine or discarded, and why',
    reads: true,
    offline: true,
    result: arrayOf(
      object(
        {
          message: string(),
          receivedAt: dateTime(),
          from: string(),
          subject: string(),
          bytes: integer(),
          disposition: oneOf(['hold', 'quarantine', 'discard']),
          reason: string(),
        },
        { account: string() },
      ),
    ),
  },
  { command: 'held.retry', title: 'Sort held mail again now', result: object({ delivered: integer('Messages that were delivered.') }) },
  {
    command: 'held.release',
    title: 'Deliver a message that was set aside',
    positional: ['message', 'mailboxes'],
    arguments: args({ message: text('Number from `held list`.'), mailboxes: texts("Where to; without any, where today's rules say.") }, [
      'message',
    ]),
    result: object({ message: string(), mailboxes: strings('Where it was delivered to.') }),
  },
  {
    command: 'held.delete',
    title: 'Remove a message that was set aside, for good',
    offline: true,
    positional: ['message'],
    arguments: args({ message: text('Number from `held list`.') }, ['message']),
    result: object({ deleted: string('Number of the message.') }),
  },
] as const satisfies readonly CommandDeclaration[];
