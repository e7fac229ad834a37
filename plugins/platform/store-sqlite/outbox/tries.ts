// Who sends an entry, and what became of its tries.
import type { LeasedEntry, OutboxState } from '@postroom/sdk/services';
import type { LastTry } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';

/** SQL: numbers given as a JSON array. */
export const IDS = '(SELECT value FROM json_each(?))';

/** SQL: of entries given as a JSON array, the numbers of those that nobody else has taken over. */
export const OWN = `(SELECT outbox.id FROM json_each(?) AS own CROSS JOIN outbox ON outbox.id = own.value ->> 'id'
  WHERE ifnull(own.value ->> 'lease', outbox.lease) IS outbox.lease)`;

export function idsOf(entries: readonly { readonly id: number }[]): string {
  return JSON.stringify(entries.map(({ id }) => id));
}

/** A value for OWN. */
export function listOf(entries: readonly LeasedEntry[]): string {
  return JSON.stringify(entries.map(({ id, lease }) => ({ id, lease })));
}

/** One that is gone is not among them. */
export function lastTries(
  writer: Connection,
  entries: readonly LeasedEntry[],
): Promise<readonly (LastTry & { readonly state: OutboxState })[]> {
  return writer.all(`SELECT id, message_id, state, recipient, lease, reported FROM outbox WHERE id IN ${IDS}`, [idsOf(entries)]);
}
