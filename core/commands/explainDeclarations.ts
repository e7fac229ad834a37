// explain and trace: what they take and answer. explainArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import {
  anyOf,
  arrayOf,
  dateTime,
  disposition,
  integer,
  object,
  oneOf,
  outboxState,
  rung,
  rungOfAddress,
  string,
  strings,
  trail,
} from './answerSchemas.js';
import { account, args, file, text, whole } from './argumentSchemas.js';

const explanation = {
  account: string(),
  mailboxes: strings('User names; ADMIN1 is `admin1`.'),
  evidence: string('What decided, in words.'),
  disposition,
  addressed: arrayOf(
    object({ address: string(), name: string(), rung: rungOfAddress, evidence: string(), placed: strings() }),
    'Own addresses that it was for.',
  ),
  trail,
};

export const EXPLAIN_COMMANDS = [
  {
    command: 'explain',
    title: 'Who would get this message, and why',
    reads: true,
    offline: true,
    positional: ['file'],
    arguments: args({
      file: file('A message in a file; `-` reads standard input.'),
      account,
      live: text('Instead of a file: the mail that waits at the ISP of this account. Headers only; nothing is collected.'),
      limit: whole('With --live: at most this many, newest first.', 50),
    }),
    result: anyOf(
      object(explanation, { rung }),
      arrayOf(
        object({ uidl: string(), bytes: integer(), state: oneOf(['waiting', 'stored here already']) }, { ...explanation, rung }),
        'With --live: mail that waits at the ISP. Unexplained where the ISP does not show the header.',
      ),
    ),
  },
  {
    command: 'trace',
    title: 'Where did a message go, and why',
    reads: true,
    offline: true,
    positional: ['query'],
    arguments: args(
      {
        query: text('Message number, Message-ID, UIDL, user, or words of From or Subject.'),
        limit: whole('At most this many, newest first.', 20),
      },
      ['query'],
    ),
    result: arrayOf(
      object(
        {
          message: string(),
          origin: oneOf(['fetched', 'submitted', 'bounce', 'resorted']),
          receivedAt: dateTime(),
          messageId: string('Message-ID without angle brackets; empty where there is none.'),
          from: string(),
          subject: string(),
          bytes: integer(),
          disposition,
          trail,
          copies: arrayOf(
            object(
              { mailbox: string(), placedAt: dateTime() },
              {
                pickedUpAt: dateTime(),
                pickedUpBy: string('Name and address of the client.'),
                removedAt: dateTime('When a client deleted it, or a new sorting recalled it.'),
              },
            ),
          ),
          outbox: arrayOf(object({ recipient: string(), state: outboxState, attempts: integer(), text: string('The last answer.') })),
        },
        {
          account: string(),
          uidl: string('Its unique id at the ISP.'),
          author: string('Mailbox of who sent it, for mail from a client.'),
          reason: string('Why it was not delivered.'),
          rung,
        },
      ),
    ),
  },
] as const satisfies readonly CommandDeclaration[];
