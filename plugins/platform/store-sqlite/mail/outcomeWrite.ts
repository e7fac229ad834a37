// What became of a commit whose answer was lost. Where it is not there it must never be: its frames may lie in the WAL behind the end that SQLite knows, and an
// opening after a crash would find them.
import type { Connection } from '../engine/connection.js';
import type { WriteUnit } from '../engine/writeQueue.js';
import { dropSpilled } from './chunks.js';

/** The disposition of a row that takes a number from its message. */
export const VOID = 'void';

const VOID_ROW = `INSERT INTO message (id, origin, received_at, size, content_hash, message_id, sender, subject, disposition, details, gone_at)
  VALUES (?1, '${VOID}', ?2, 0, x'', '', '', '', '${VOID}', '{}', ?2)`;

export class OutcomeWrite implements WriteUnit {
  /** Removes what came in ahead of the message. */
  readonly makesRoom = true;
  #mailboxes: readonly number[] | undefined;

  constructor(
    private readonly number: number,
    private readonly now: Date,
  ) {}

  /** Where the message's copies were placed; `undefined` where the message is not stored. */
  get mailboxes(): readonly number[] | undefined {
    return this.#mailboxes;
  }

  /**
   * One who finds nothing writes a row under the number. Its frames take the place of those that COMMIT left, or break the chain of checksums before them;
   * and a commit that comes later finds the number taken.
   */
  async run(writer: Connection): Promise<void> {
    this.#mailboxes = undefined;
    const row = await writer.get<{ disposition: string }>('SELECT disposition FROM message WHERE id = ?', [this.number]);
    if (row === undefined) {
      await writer.run(VOID_ROW, [this.number, this.now.getTime()]);
      await dropSpilled(writer, this.number);
    } else if (row.disposition !== VOID) {
      const copies = await writer.all<{ mailbox_id: number }>('SELECT mailbox_id FROM placement WHERE message_id = ? ORDER BY id', [
        this.number,
      ]);
      this.#mailboxes = [...new Set(copies.map((copy) => copy.mailbox_id))];
    }
  }
}
