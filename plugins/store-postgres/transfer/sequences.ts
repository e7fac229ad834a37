// The highest numbers that a database ever gave: where its sequences stand.
import type { NumbersRecord } from '@postroom/sdk/services';
import type { Reads } from '../engine/database.js';

type Numbers = Omit<NumbersRecord, 'kind'>;

/** Of each: what one call of it gives out. */
const SEQUENCES: { readonly [W in keyof Numbers]: readonly [sequence: string, block: number] } = {
  mailbox: ['mailbox_id_seq', 1],
  message: ['message_number', 256],
  copy: ['placement_id_seq', 1],
  entry: ['outbox_id_seq', 1],
  log: ['activity_id_seq', 1],
  revision: ['settings_revision_id_seq', 1],
  token: ['token', 1],
};
const ALL = Object.entries(SEQUENCES) as [keyof Numbers, readonly [string, number]][];

export async function readNumbers(reads: Reads): Promise<Numbers> {
  const columns = ALL.map(
    ([what, [sequence, block]]) =>
      `(SELECT CASE WHEN is_called THEN last_value + ${block - 1} ELSE last_value - 1 END FROM ${sequence}) AS "${what}"`,
  );
  const [row] = await reads.rows<Numbers>(`SELECT ${columns.join(', ')}`);
  if (row === undefined) throw new Error('The sequences of the store are missing.');
  return row;
}

/** None goes back: numbers that this database gave to servers of its own stay given. */
export async function writeNumbers(reads: Reads, numbers: Numbers): Promise<void> {
  const given = await readNumbers(reads);
  for (const [what, [sequence]] of ALL) {
    await reads.rows(`SELECT setval('${sequence}', $1::bigint, false)`, [Math.max(numbers[what], given[what]) + 1]);
  }
}
