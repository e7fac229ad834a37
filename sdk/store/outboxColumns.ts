// An entry of the Outbox as every store writes it down. Who sends it now is the engine's to say; truth values may be numbers.
import type { OutboxEntry, OutboxState } from '../services/store/outbox.js';
import type { EntryRecord } from '../services/store/transferRecords.js';
import { dsnOf } from './messageColumns.js';

export interface OutboxColumns {
  readonly id: number;
  readonly message_id: number;
  readonly account: string;
  readonly sender: string;
  readonly recipient: string;
  readonly prefix: Uint8Array;
  readonly dsn: string;
  readonly queued_at: number;
  readonly attempts: number;
  readonly next_try_at: number;
  readonly in_doubt: boolean | number;
  readonly doubts: number;
  readonly status: string;
  readonly text: string;
  readonly delay_noticed: boolean | number;
}

/** `lease`: `null` where nobody has it. */
export function outboxEntry(row: OutboxColumns, state: OutboxState, lease: number | null): OutboxEntry {
  return {
    ...factsOf(row),
    state,
    ...(Boolean(row.in_doubt) && { inDoubt: true }),
    ...(row.doubts > 0 && { doubts: row.doubts }),
    ...(lease !== null && { lease }),
  };
}

/** `state`: the one at rest. */
export function entryRecord(row: OutboxColumns, state: EntryRecord['state']): EntryRecord {
  return { kind: 'entry', ...factsOf(row), state, inDoubt: Boolean(row.in_doubt), doubts: row.doubts };
}

function factsOf(row: OutboxColumns): Omit<OutboxEntry, 'state' | 'inDoubt' | 'doubts' | 'lease'> {
  return {
    id: row.id,
    message: String(row.message_id),
    account: row.account,
    from: row.sender,
    recipient: row.recipient,
    prefix: row.prefix,
    ...dsnOf(row.dsn),
    queuedAt: new Date(row.queued_at),
    attempts: row.attempts,
    nextTryAt: new Date(row.next_try_at),
    status: row.status,
    text: row.text,
    delayNoticed: Boolean(row.delay_noticed),
  };
}
