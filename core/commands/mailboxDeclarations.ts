// mailboxes list|show; `mailboxes move` stands with resort: what they take and answer. mailboxArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, boolean, dateTime, integer, object, rung, string } from './answerSchemas.js';
import { args, mailbox, whole } from './argumentSchemas.js';

export const MAILBOX_COMMANDS = [
  {
    command: 'mailboxes.list',
    title: 'How much mail waits in each mailbox',
    reads: true,
    offline: true,
    result: arrayOf(
      object(
        { user: string(), messages: integer(), bytes: integer() },
        {
          account: string('Missing for ADMIN1.'),
          oldest: dateTime(),
          pickedUp: dateTime('When a client last picked mail up.'),
          client: string('Name and address of that client.'),
          former: boolean('Of a user who is not set up any more.'),
        },
      ),
    ),
  },
  {
    command: 'mailboxes.show',
    title: 'The messages in a mailbox',
    reads: true,
    offline: true,
    positional: ['mailbox'],
    arguments: args({ mailbox, limit: whole('At most this many, newest first.', 50) }, ['mailbox']),
    result: arrayOf(object({ message: string(), receivedAt: dateTime(), from: string(), subject: string(), bytes: integer() }, { rung })),
  },
] as const satisfies readonly CommandDeclaration[];
