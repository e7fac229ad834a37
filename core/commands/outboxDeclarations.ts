// outbox list|retry|hold|return: what they take. outboxArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, numbers } from './argumentSchemas.js';

export const OUTBOX_COMMANDS = [
  { command: 'outbox.list', title: 'Mail that waits to be sent', reads: true, offline: true },
  {
    command: 'outbox.retry',
    title: 'Try entries again in the next round',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
  },
  {
    command: 'outbox.hold',
    title: 'Keep entries back until they are retried',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
  },
  {
    command: 'outbox.return',
    title: 'Give up entries and tell their author',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
  },
] as const satisfies readonly CommandDeclaration[];
