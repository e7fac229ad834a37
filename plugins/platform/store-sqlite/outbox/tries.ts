// Who sends an entry: the last try has the highest number, and what another one comes to does not count.
import { PostroomError } from '@postroom/sdk';
import { namesOf } from '@postroom/sdk/base';
import type { LeasedEntry, OutboxState, OutboxUpdate } from '@postroom/sdk/services';
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

/** An entry's last try. */
export interface LastTry {
  readonly id: number;
  readonly state: OutboxState;
  readonly recipient: string;
  readonly lease: number | null;
  /** The last try whose end was recorded. */
  readonly reported: number | null;
}

/** By entry; one that is gone is not among them. */
export async function lastTries(writer: Connection, entries: readonly LeasedEntry[]): Promise<ReadonlyMap<number, LastTry>> {
  const rows = await writer.all<LastTry>(`SELECT id, state, recipient, lease, reported FROM outbox WHERE id IN ${IDS}`, [idsOf(entries)]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Throws `lease/lost` where somebody else has tried one of the entries since. */
export function refuseTakenOver(entries: readonly LeasedEntry[], tries: ReadonlyMap<number, LastTry>): void {
  const lost = entries.flatMap(({ id, lease }) => {
    const last = tries.get(id);
    return last === undefined || lease === undefined || last.lease === lease ? [] : [last.recipient];
  });
  if (lost.length > 0) throw takenOver(lost);
}

/** Throws `lease/lost` where one of them is gone, or its try was recorded: who answers for it would say so a second time. */
export function refuseEnded(updates: readonly OutboxUpdate[], tries: ReadonlyMap<number, LastTry>): void {
  const ended = updates.filter(({ id, lease }) => !tries.has(id) || (lease !== undefined && tries.get(id)?.reported === lease));
  if (ended.length > 0) throw takenOver(ended.map(({ receipt }) => receipt.recipient));
}

export function takenOver(recipients: readonly string[]): PostroomError {
  const sentence = `Another sender has taken over the mail for ${namesOf(recipients)}: what this one came to was not recorded.`;
  return new PostroomError('lease/lost', sentence, { recipients });
}
