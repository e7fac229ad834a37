// Sorting a stored message again: copies come and go in one commit, and what a user has picked up stays with the user.
import type { ResortChange } from '@postroom/sdk/services';
import {
  accountOf,
  goneBeforeResort,
  type MessageColumns,
  messageDetails,
  recalledCopies,
  resortedMessage,
  storedMessage,
  userKey,
} from '@postroom/sdk/store';
import { bigints } from '../engine/binaryArrays.js';
import type { Statements } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { copyDrafts } from './copies.js';
import type { Stored } from './intakeUnit.js';
import { letGo } from './letGo.js';
import { MESSAGE_COLUMNS } from './messageRows.js';
import { decide, insertCopies, locate, mailboxesOf, queue } from './placing.js';

interface CopyRow {
  readonly id: number;
  readonly mailbox_id: number;
  readonly picked_up_at: number | null;
  readonly is_recalled: boolean;
}

/** Within a transaction. `undefined` where the message is no longer what it was when this was decided. */
export async function resort(
  statements: Statements,
  number: number,
  change: ResortChange,
  clock: EngineClock,
): Promise<Stored | undefined> {
  // From here on nobody takes a copy of it away.
  const [row] = await statements.rows<MessageColumns>(
    `SELECT ${MESSAGE_COLUMNS} FROM message WHERE id = $1 AND gone_at IS NULL FOR NO KEY UPDATE`,
    [number],
  );
  if (row === undefined) throw goneBeforeResort(String(number));
  const message = resortedMessage(storedMessage(row), change);
  if (message === undefined) return undefined;
  await statements.run('UPDATE message SET disposition = $1, details = $2 WHERE id = $3', [
    message.disposition,
    messageDetails(message),
    number,
  ]);

  const { recalled, kept } = recalledCopies(await copiesOf(statements, number, change), ({ is_recalled }) => is_recalled);
  await recall(
    statements,
    number,
    recalled.map(({ id }) => id),
    clock,
  );

  const holding = new Set(kept.map((copy) => copy.mailbox_id));
  const drafts = copyDrafts(number, message, change.add);
  const wanted = (await locate(statements, drafts)).filter(({ mailbox }) => !holding.has(mailbox));
  const { placed, duplicates } = await decide(statements, wanted, clock);
  await insertCopies(statements, placed, clock);
  const queued = await queue(statements, number, change.outbox, clock);
  // Where every copy was one too many or recalled it has no holder; a resort that names no destination leaves it for another try.
  if (drafts.length > 0 || recalled.length > 0) await letGo(statements, [number], clock);
  return { result: { placed: mailboxesOf(placed), duplicates: mailboxesOf(duplicates) }, queued };
}

function copiesOf(statements: Statements, number: number, { recall: mailboxes }: ResortChange): Promise<CopyRow[]> {
  return statements.rows<CopyRow>(
    `SELECT placement.id, mailbox_id, picked_up_at, (account, user_key) IN (SELECT * FROM unnest($2::text[], $3::text[])) AS is_recalled
      FROM placement JOIN mailbox ON mailbox.id = mailbox_id
      WHERE message_id = $1 AND (removed_at IS NULL OR picked_up_at IS NOT NULL) ORDER BY placement.id FOR UPDATE OF placement`,
    [number, mailboxes.map(accountOf), mailboxes.map(userKey)],
  );
}

async function recall(statements: Statements, number: number, copies: readonly number[], clock: EngineClock): Promise<void> {
  if (copies.length === 0) return;
  // A recalled mailbox has not had this content: the same mail, should it come again, is no duplicate there.
  await statements.run('DELETE FROM seen WHERE message_id = $1 AND key IN (SELECT seen_key FROM placement WHERE id = ANY ($2::bigint[]))', [
    number,
    bigints(copies),
  ]);
  await statements.run(
    `UPDATE placement SET removed_at = ${clock.now}, prefix = NULL WHERE id = ANY ($1::bigint[]) AND removed_at IS NULL`,
    [bigints(copies)],
  );
}
