// Many rows of whole numbers, in one value: PostgreSQL puts numbers together faster than rows are taken apart here.
import type { Database } from './database.js';

const OCTETS = 8;

export class NumberTable {
  readonly count: number;

  constructor(
    private readonly columns: number,
    private readonly octets: Buffer = Buffer.alloc(0),
  ) {
    this.count = octets.length / (columns * OCTETS);
  }

  /** One statement, so that the rows are those of one moment. `source`: what follows FROM. */
  static async read(database: Database, columns: readonly string[], source: string, order: string): Promise<NumberTable> {
    const row = columns.map((column) => `int8send(${column})`).join(' || ');
    let octets: Buffer | null | undefined;
    for await ([octets] of database.copyOut(`SELECT string_agg(${row}, '' ORDER BY ${order}) FROM ${source}`));
    return new NumberTable(columns.length, octets ?? undefined);
  }

  /** Both from 0. */
  at(row: number, column: number): number {
    const place = (row * this.columns + column) * OCTETS;
    return this.octets.readInt32BE(place) * 2 ** 32 + this.octets.readUInt32BE(place + 4);
  }
}
