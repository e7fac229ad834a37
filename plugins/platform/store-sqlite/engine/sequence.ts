// Numbers that are needed before the row is written that bears them. They only go up, and a rolled back commit leaves a gap. Counted in memory: the data
// folder has one process.
import type { Connection } from './connection.js';

export class Sequence {
  constructor(private current: number) {}

  /** Goes on behind the highest number the table ever had, rows that are gone included. */
  static async of(table: 'message' | 'outbox', connection: Connection): Promise<Sequence> {
    const row = await connection.get<{ seq: number }>('SELECT seq FROM sqlite_sequence WHERE name = ?', [table]);
    return new Sequence(row?.seq ?? 0);
  }

  /** The number that was given last. */
  get last(): number {
    return this.current;
  }

  next(): number {
    this.current += 1;
    return this.current;
  }
}
