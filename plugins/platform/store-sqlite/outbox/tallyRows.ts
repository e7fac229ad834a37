// Rows of the Outbox as they are counted.
import type { OutboxState } from '@postroom/sdk/services';
import { isUntried, type OutboxTally } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { Readers } from '../engine/readers.js';
import { IDS } from './tries.js';

interface TallyRow {
  readonly id: number;
  readonly message_id: number;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly queued_at: number;
}

/** An entry that may count otherwise than before. */
export type Moved = Pick<TallyRow, 'id' | 'state' | 'attempts'>;

export async function loadTally(tally: OutboxTally, readers: Readers): Promise<void> {
  const rows = await readers.all<TallyRow>('SELECT id, message_id, state, attempts, queued_at FROM outbox ORDER BY id');
  tally.reset(
    rows.map((row) => ({ id: row.id, message: row.message_id, queuedAt: row.queued_at, isUntried: isUntried(row) ?? row.attempts === 0 })),
  );
}

export function readMoved(writer: Connection, ids: readonly number[]): Promise<Moved[]> {
  return writer.all<Moved>(`SELECT id, state, attempts FROM outbox WHERE id IN ${IDS}`, [JSON.stringify(ids)]);
}

export function countMoved(tally: OutboxTally, rows: readonly Moved[]): void {
  tally.moved(rows.map((row) => ({ id: row.id, isUntried: isUntried(row) })));
}
