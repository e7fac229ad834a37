// A mailbox's listing in columns: a hundred thousand row objects would take a second and 50 MB.

import type { MaildropListing } from '@postroom/sdk/services';
import { uidlOf } from '@postroom/sdk/store';
import type { Readers } from '../engine/readers.js';

/** Copies a query. Their numbers come as one text each time, which is cheap to carry over from SQLite. */
const PAGE = 8_192;
const LISTING = `
  SELECT count(*) AS count, max(id) AS last, group_concat(id || ',' || size || ',' || tag) AS page FROM (
    SELECT id, size, tag FROM placement INDEXED BY placement_present
    WHERE mailbox_id = ? AND removed_at IS NULL AND id > ? ORDER BY id LIMIT ${PAGE})`;

interface ListingRow {
  readonly count: number;
  readonly last: number | null;
  readonly page: string | null;
}

export class MaildropSnapshot implements MaildropListing {
  static readonly empty = new MaildropSnapshot(0, new Float64Array(0));
  /** id, size and tag of each copy, one after the other. */
  readonly #columns: Float64Array;

  private constructor(
    readonly count: number,
    columns: Float64Array,
  ) {
    this.#columns = columns;
  }

  static async of(mailbox: number, readers: Readers): Promise<MaildropSnapshot> {
    const pages: string[] = [];
    let count = 0;
    for (let last = 0; ; ) {
      const row = await readers.get<ListingRow>(LISTING, [mailbox, last]);
      if (row === undefined || row.page === null) break;
      pages.push(row.page);
      count += row.count;
      last = row.last ?? last;
      if (row.count < PAGE) break;
    }
    const columns = new Float64Array(count * 3);
    let filled = 0;
    for (const page of pages) filled = readNumbers(page, columns, filled);
    return new MaildropSnapshot(count, columns);
  }

  has(number: number): boolean {
    return Number.isInteger(number) && number >= 1 && number <= this.count;
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
    const value = this.#columns[(number - 1) * 3 + which];
    if (value === undefined || !this.has(number)) throw new RangeError(`There is no message ${number} in a maildrop of ${this.count}.`);
    return value;
  }
}

/** Reads decimal numbers with commas between them into `into`, from `at` on. Answers where it ended. */
function readNumbers(text: string, into: Float64Array, at: number): number {
  const COMMA = 44;
  let place = at;
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === COMMA) {
      into[place++] = value;
      value = 0;
    } else value = value * 10 + code - 48;
  }
  into[place++] = value;
  return place;
}
