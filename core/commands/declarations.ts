// Every command of the core, put together from its areas: `outbox retry` is declared in outboxDeclarations.ts and done in outboxArea.ts.
// Plugins declare theirs the same way, in their manifests.
import type { CommandDeclaration } from '@postroom/sdk';
import { HELD_COMMANDS } from './heldDeclarations.js';
import { LICENCE_COMMANDS } from './licenceDeclarations.js';
import { LOG_COMMANDS } from './logDeclarations.js';
import { MAILBOX_COMMANDS } from './mailboxDeclarations.js';
import { OUTBOX_COMMANDS } from './outboxDeclarations.js';
import { SERVICE_COMMANDS } from './serviceDeclarations.js';
import { SETUP_COMMANDS } from './setupDeclarations.js';
import { WAITING_COMMANDS } from './waitingDeclarations.js';

export const CORE_COMMANDS: readonly CommandDeclaration[] = [
  ...SERVICE_COMMANDS,
  ...MAILBOX_COMMANDS,
  ...OUTBOX_COMMANDS,
  ...HELD_COMMANDS,
  ...WAITING_COMMANDS,
  ...LOG_COMMANDS,
  ...SETUP_COMMANDS,
  ...LICENCE_COMMANDS,
];

/** What the areas are about: `postroom outbox` is explained by it. Those of plugins stand in their manifests. */
export const AREA_TITLES: Readonly<Record<string, string>> = {
  held: 'Mail that was kept back: list, retry, release, delete',
  log: 'What was collected, sent and picked up, by day',
  mailboxes: 'Mailboxes: how much mail waits where, move a message',
  outbox: 'Mail that waits to be sent: list, retry, hold, return',
  service: 'Start and stop the mail service',
  waiting: 'Mail that stays at the ISPs, too large or not handed over: list, fetch, delete, leave',
};
