// When a message's octets go: with the last copy and the last Outbox entry that holds them.
import type { Prepared, Statements } from '../engine/database.js';
import { DATABASE_NOW, type EngineClock } from '../engine/engineClock.js';

/**
 * Locks messages before their holders change, in one order for all who do: of two who take the last two copies away at once the second one sees that none is
 * left, and no two wait for each other.
 */
export async function lockMessages(statements: Statements, messages: readonly number[]): Promise<void> {
  await statements.rows('SELECT id FROM message WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE', [messages]);
}

const LOCK_HELD: Prepared = {
  name: 'lock-held',
  text: 'SELECT id FROM message WHERE id IN (SELECT message_id FROM placement WHERE id = ANY ($1)) ORDER BY id FOR NO KEY UPDATE',
};

const REMOVE: Prepared = {
  name: 'remove-copies',
  text: `WITH clock AS (SELECT coalesce($1::bigint, ${DATABASE_NOW}) AS now),
    removed AS (UPDATE placement SET removed_at = clock.now, prefix = NULL FROM clock WHERE id = ANY ($2::bigint[]) AND removed_at IS NULL),
    gone AS (
      UPDATE message SET gone_at = clock.now FROM clock WHERE id = ANY ($3::bigint[]) AND gone_at IS NULL AND disposition = 'deliver'
        AND NOT EXISTS (SELECT 1 FROM placement WHERE placement.message_id = message.id AND removed_at IS NULL AND placement.id <> ALL ($2))
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message_id = message.id)
      RETURNING id)
    DELETE FROM chunk USING gone WHERE chunk.message_id = gone.id`,
};

/** Removes copies, keeping their history, and the messages that have none left. `ids`: placements. */
export async function removeCopiesForGood(statements: Statements, ids: readonly number[], clock: EngineClock): Promise<void> {
  const messages = await statements.rows<{ id: number }>(LOCK_HELD, [ids]);
  await statements.run(REMOVE, [clock.given, ids, messages.map(({ id }) => id)]);
}

/** Removes the octets of messages, which are locked, that no mailbox and no Outbox entry holds. What was set aside stays, unless `setAsideToo`. */
export async function letGo(statements: Statements, messages: readonly number[], clock: EngineClock, setAsideToo = false): Promise<void> {
  await statements.run(
    `WITH gone AS (
      UPDATE message SET gone_at = ${clock.now} WHERE id = ANY ($1) AND gone_at IS NULL ${setAsideToo ? '' : "AND disposition = 'deliver'"}
        AND NOT EXISTS (SELECT 1 FROM placement WHERE placement.message_id = message.id AND removed_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message_id = message.id)
      RETURNING id)
    DELETE FROM chunk USING gone WHERE chunk.message_id = gone.id`,
    [messages],
  );
}
