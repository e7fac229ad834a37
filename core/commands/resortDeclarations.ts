// resort and mailboxes move: what they take. resortArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, flag, mailbox, text, texts, whole } from './argumentSchemas.js';

export const RESORT_COMMANDS = [
  {
    command: 'mailboxes.move',
    title: 'Give a message to another user, and see which rule would have done so',
    positional: ['message', 'user'],
    arguments: args(
      {
        message: text('Number from `mailboxes show` or `trace`.'),
        user: mailbox,
        teach: flag('Put the narrowest rule into the settings.'),
        lookAt: whole('How many of the newest messages the rules are tried on.', 200),
      },
      ['message', 'user'],
    ),
  },
  {
    command: 'resort',
    title: "Sort stored mail again by today's rules: deliver what is missing, recall what nobody has picked up",
    positional: ['messages'],
    arguments: args({
      messages: texts('Numbers of messages, from `mailboxes show` or `trace`.'),
      mailbox: text('Instead of numbers: all that this mailbox holds, for example admin1.'),
      since: text('With --mailbox: only what came on or after this local day, 2026-11-23.'),
      limit: whole('With --mailbox: at most this many, the newest.', 10_000, 1_000_000),
      preview: flag('Only say what would happen.'),
    }),
  },
] as const satisfies readonly CommandDeclaration[];
