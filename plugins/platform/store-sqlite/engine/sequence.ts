// Row numbers that are needed before the row is written. They only go up, and a rolled back commit leaves a gap.
import type { Connection } from './connection.js';

export class Sequence {
  #last: number;

  private constructor(last: number) {
    this.#last = last;
  }

  /** Goes on behind the highest number the table ever had, rows that are gone included. */
  static async of(table: 'message' | 'outbox', connection: Connection): Promise<Sequence> {
    const row = await connection.get<{ seq: number }>('SELECT seq FROM sqlite_sequence WHERE name = ?', [table]);
    return new Sequence(row?.seq ?? 0);
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
