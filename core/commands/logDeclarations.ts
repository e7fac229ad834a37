// log read|days: what they take. logArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
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
  },
  { command: 'log.days', title: 'The days that have a log', reads: true, offline: true },
] as const satisfies readonly CommandDeclaration[];
