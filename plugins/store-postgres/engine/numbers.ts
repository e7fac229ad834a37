// Numbers of messages, known before their rows are written. The database gives them in blocks; what is left of one when a server ends is never given.
import type { Database } from './database.js';

/** As in the migration: INCREMENT BY of the sequence. */
const BLOCK = 256;

export class MessageNumbers {
  #next = 0;
  #end = 0;
  #fetching: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  async next(): Promise<number> {
    while (this.#next === this.#end) {
      this.#fetching ??= this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
      await this.#fetching;
    }
    this.#next += 1;
    return this.#next - 1;
  }

  async #fetch(): Promise<void> {
    const [row] = await this.database.rows<{ first: number }>(`SELECT nextval('message_number') AS first`);
    this.#next = row?.first ?? 0;
    this.#end = this.#next + BLOCK;
  }
}
