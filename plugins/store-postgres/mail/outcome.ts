// What became of a commit whose answer was lost: asked until the database answers, it is settled for ever.
import type { IntakeResult } from '@postroom/sdk/services';
import type { Statements } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { type MailboxName, mailboxOfRow } from './mailboxes.js';
import { VOID } from './messageRows.js';

/**
 * The key of the message is the key of its commit as well: one that is still on its way is waited for, and one that comes later finds the number given up. Where
 * there is none it never will be stored.
 */
export async function settle(statements: Statements, number: number, clock: EngineClock): Promise<IntakeResult | undefined> {
  const voided = await statements.run(
    `INSERT INTO message (id, origin, received_at, size, content_hash, message_id, sender, subject, disposition, details, gone_at)
      VALUES ($1, '${VOID}', ${clock.now}, 0, '', '', '', '', 'deliver', '{}', ${clock.now}) ON CONFLICT (id) DO NOTHING`,
    [number],
  );
  if (voided > 0) return undefined;
  const [message] = await statements.rows<{ origin: string }>('SELECT origin FROM message WHERE id = $1', [number]);
  if (message === undefined || message.origin === VOID) return undefined;
  const copies = await statements.rows<MailboxName>(
    'SELECT account, user_name FROM placement JOIN mailbox ON mailbox.id = mailbox_id WHERE message_id = $1 ORDER BY placement.id',
    [number],
  );
  return { placed: copies.map(mailboxOfRow), duplicates: [] };
}
