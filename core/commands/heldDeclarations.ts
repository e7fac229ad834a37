// held list|retry|release|delete: what they take. heldArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, text, texts } from './argumentSchemas.js';

export const HELD_COMMANDS = [
  { command: 'held.list', title: 'Mail that is held, in quarantine or discarded, and why', reads: true, offline: true },
  { command: 'held.retry', title: 'Sort held mail again now' },
  {
    command: 'held.release',
    title: 'Deliver a message that was set aside',
    positional: ['message', 'mailboxes'],
    arguments: args({ message: text('Number from `held list`.'), mailboxes: texts("Where to; without any, where today's rules say.") }, [
      'message',
    ]),
  },
  {
    command: 'held.delete',
    title: 'Remove a message that was set aside, for good',
    offline: true,
    positional: ['message'],
    arguments: args({ message: text('Number from `held list`.') }, ['message']),
  },
] as const satisfies readonly CommandDeclaration[];
