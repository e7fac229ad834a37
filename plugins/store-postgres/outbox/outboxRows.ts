// Outbox entries as they are stored. A row's state is the one at rest: while somebody sends an entry it has a lease beside that.
import type { OutboxEntry, OutboxState } from '@postroom/sdk/services';
import { dsnOf } from '@postroom/sdk/store';

export interface OutboxRow {
  readonly id: number;
  readonly message_id: number;
  readonly account: string;
  readonly sender: string;
  readonly recipient: string;
  readonly prefix: Uint8Array;
  readonly dsn: string;
  readonly state: Exclude<OutboxState, 'sending'>;
  readonly queued_at: number;
  readonly attempts: number;
  readonly next_try_at: number;
  readonly lease: number | null;
  readonly lease_until: number | null;
  readonly in_doubt: boolean;
  readonly doubts: number;
  readonly status: string;
  readonly text: string;
  readonly delay_noticed: boolean;
}

/** SQL: the state of an entry that nobody holds back. */
export const UNHELD = `CASE WHEN attempts > 0 THEN 'deferred' ELSE 'waiting' END`;
/** SQL: the state of an entry after a try that came to nothing. */
export const AT_REST = `CASE WHEN state = 'held' THEN 'held' WHEN attempts > 0 THEN 'deferred' ELSE 'waiting' END`;

export function entryOf(row: OutboxRow): OutboxEntry {
  return {
    id: row.id,
    message: String(row.message_id),
    account: row.account,
    from: row.sender,
    recipient: row.recipient,
    prefix: row.prefix,
    ...dsnOf(row.dsn),
    state: stateOf(row),
    queuedAt: new Date(row.queued_at),
    attempts: row.attempts,
    nextTryAt: new Date(row.next_try_at),
    status: row.status,
    text: row.text,
    delayNoticed: row.delay_noticed,
    ...(row.in_doubt && { inDoubt: true }),
    ...(row.doubts > 0 && { doubts: row.doubts }),
    ...(row.lease !== null && row.lease_until !== null && { lease: row.lease }),
  };
}

function stateOf({ state, lease_until }: OutboxRow): OutboxState {
  return state === 'held' || lease_until === null ? state : 'sending';
}
