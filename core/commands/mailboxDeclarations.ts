// mailboxes list|show; `mailboxes move` stands with resort: what they take. mailboxArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, mailbox, whole } from './argumentSchemas.js';

export const MAILBOX_COMMANDS = [
  { command: 'mailboxes.list', title: 'How much mail waits in each mailbox', reads: true, offline: true },
  {
    command: 'mailboxes.show',
    title: 'The messages in a mailbox',
    reads: true,
    offline: true,
    positional: ['mailbox'],
    arguments: args({ mailbox, limit: whole('At most this many, newest first.', 50) }, ['mailbox']),
  },
] as const satisfies readonly CommandDeclaration[];
