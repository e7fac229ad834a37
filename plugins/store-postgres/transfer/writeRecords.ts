// Takes records of another store, many rows a statement. The tables are empty.
import type { TransferRecord } from '@postroom/sdk/services';
import { octetsPassed } from '@postroom/sdk/store';
import { bigintOctets, type CopyRow, integerOctets } from '../engine/copyIn.js';
import type { DatabaseSession } from '../engine/databaseSession.js';
import { DATABASE_NOW } from '../engine/engineClock.js';
import { insertOf, type RecordOf, type RowKind } from './recordRows.js';
import { writeNumbers } from './sequences.js';

/** Of a statement; of octets a few MB are held as well. */
const ROWS = 500;
const OCTETS = 4 * 2 ** 20;

export class RecordWriter {
  #rows: RecordOf<RowKind>[] = [];
  #octets: CopyRow[] = [];
  #held = 0;
  #message = 0;
  #piece = 0;

  constructor(private readonly session: DatabaseSession) {}

  async take(records: AsyncIterable<TransferRecord>): Promise<void> {
    for await (const record of records) {
      if (record.kind === 'octets') await this.#takeOctets(record.octets);
      else await this.#takeRecord(record);
    }
    await this.#flush();
  }

  async #takeRecord(record: Exclude<TransferRecord, RecordOf<'octets'>>): Promise<void> {
    if (record.kind !== this.#rows[0]?.kind || this.#rows.length >= ROWS) await this.#flush();
    if (record.kind === 'numbers') return writeNumbers(this.session, record);
    if (record.kind === 'document') return this.#takeDocument(record);
    if (record.kind === 'message') [this.#message, this.#piece] = [Number(record.message.id), 0];
    this.#rows.push(record);
  }

  async #takeOctets(octets: Uint8Array): Promise<void> {
    this.#octets.push([bigintOctets(this.#message), integerOctets(this.#piece), octets]);
    this.#piece += 1;
    this.#held += octets.length;
    if (this.#held >= OCTETS) await this.#flushOctets();
  }

  async #takeDocument({ name, octets }: RecordOf<'document'>): Promise<void> {
    await this.session.run(
      `INSERT INTO document (name, version, at, octets) VALUES ($1, nextval('document_version'), ${DATABASE_NOW}, $2)`,
      [name, Buffer.from(octets)],
    );
  }

  async #flush(): Promise<void> {
    await this.#flushOctets();
    const [first] = this.#rows;
    if (first === undefined) return;
    await this.session.run(...insertOf(first.kind, this.#rows));
    this.#rows = [];
  }

  async #flushOctets(): Promise<void> {
    if (this.#octets.length === 0) return;
    await this.session.copyIn('chunk (message_id, piece, octets)', this.#octets);
    octetsPassed(2 * this.#held);
    this.#octets = [];
    this.#held = 0;
  }
}
