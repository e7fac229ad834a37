// A mailbox's listing in columns: a hundred thousand row objects would take a second and 50 MB.

import type { MaildropListing } from '@postroom/sdk/services';
import { uidlOf } from '@postroom/sdk/store';
import type { Database } from '../engine/database.js';
import { NumberTable } from '../engine/numberTable.js';

const COLUMNS = ['id', 'size', 'tag'] as const;

export class MaildropSnapshot implements MaildropListing {
  static readonly empty = new MaildropSnapshot(new NumberTable(COLUMNS.length));

  private constructor(private readonly copies: NumberTable) {}

  static async of(mailbox: number, database: Database): Promise<MaildropSnapshot> {
    return new MaildropSnapshot(
      await NumberTable.read(database, COLUMNS, `placement WHERE mailbox_id = ${mailbox} AND removed_at IS NULL`, 'id'),
    );
  }

  get count(): number {
    return this.copies.count;
  }

  placement(number: number): number {
    return this.#column(number, 0);
  }

  size(number: number): number {
    return this.#column(number, 1);
  }

  uidl(number: number): string {
    return uidlOf(this.#column(number, 0), this.#column(number, 2));
  }

  #column(number: number, which: number): number {
    if (!Number.isInteger(number) || number < 1 || number > this.count) {
      throw new RangeError(`There is no message ${number} in a maildrop of ${this.count}.`);
    }
    return this.copies.at(number - 1, which);
  }
}
