// Rows of the Outbox as they are counted.
import type { OutboxState } from '@postroom/sdk/services';
import { CountedEntries, isUntried, type OutboxTally, PAGE, pagesOf, type QueuedEntry } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
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

/** Counts all again, page by page. Nothing may be written meanwhile. */
export async function loadTally(tally: OutboxTally, connection: Pick<Connection, 'all'>): Promise<void> {
  const counted = new CountedEntries();
  const pages = pagesOf<TallyRow>((last) =>
    connection.all('SELECT id, message_id, state, attempts, queued_at FROM outbox WHERE id > ? ORDER BY id LIMIT ?', [last?.id ?? 0, PAGE]),
  );
  for await (const rows of pages) counted.add(rows.map(counting));
  tally.reset(counted);
}

export function readMoved(writer: Connection, ids: readonly number[]): Promise<Moved[]> {
  return writer.all<Moved>(`SELECT id, state, attempts FROM outbox WHERE id IN ${IDS}`, [JSON.stringify(ids)]);
}

export function countMoved(tally: OutboxTally, rows: readonly Moved[]): void {
  tally.moved(rows.map((row) => ({ id: row.id, isUntried: isUntried(row) })));
}

function counting(row: TallyRow): QueuedEntry {
  return { id: row.id, message: row.message_id, queuedAt: row.queued_at, isUntried: isUntried(row) ?? row.attempts === 0 };
}
