// explain and trace: what they take. explainArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { account, args, file, text, whole } from './argumentSchemas.js';

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
  },
] as const satisfies readonly CommandDeclaration[];
