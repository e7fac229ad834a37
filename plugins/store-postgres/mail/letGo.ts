// When a message's octets go: with the last copy and the last Outbox entry that holds them.
import type { Statements } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';

/**
 * Locks messages before their holders change, in one order for all who do: of two who take the last two copies away at once the second one sees that none is
 * left, and no two wait for each other.
 */
export async function lockMessages(statements: Statements, messages: readonly number[]): Promise<void> {
  await statements.rows('SELECT id FROM message WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE', [messages]);
}

/** Removes copies, keeping their history, and the messages that have none left. `ids`: placements. */
export async function removeCopiesForGood(statements: Statements, ids: readonly number[], clock: EngineClock): Promise<void> {
  const messages = await statements.rows<{ message_id: number }>('SELECT DISTINCT message_id FROM placement WHERE id = ANY ($1)', [ids]);
  const numbers = messages.map(({ message_id }) => message_id);
  await lockMessages(statements, numbers);
  await statements.run(`UPDATE placement SET removed_at = ${clock.now}, prefix = NULL WHERE id = ANY ($1) AND removed_at IS NULL`, [ids]);
  await letGo(statements, numbers, clock);
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
