// Outbox entries as they are stored. A row's state is the one at rest: while somebody sends an entry it has a lease beside that.
import type { OutboxEntry, OutboxState } from '@postroom/sdk/services';
import { type OutboxColumns, outboxEntry } from '@postroom/sdk/store';

export interface OutboxRow extends OutboxColumns {
  readonly state: Exclude<OutboxState, 'sending'>;
  readonly lease: number | null;
  readonly lease_until: number | null;
}

/** SQL: the state of an entry that nobody holds back. */
export const UNHELD = `CASE WHEN attempts > 0 THEN 'deferred' ELSE 'waiting' END`;
/** SQL: the state of an entry after a try that came to nothing. */
export const AT_REST = `CASE WHEN state = 'held' THEN 'held' WHEN attempts > 0 THEN 'deferred' ELSE 'waiting' END`;

export function entryOf(row: OutboxRow): OutboxEntry {
  const { state, lease, lease_until } = row;
  return outboxEntry(row, state === 'held' || lease_until === null ? state : 'sending', lease_until === null ? null : lease);
}
