// COPY ... FROM STDIN (FORMAT binary): large octets go to the connection as they are. As a statement's values they would be put together once more, in memory that is
// not given back for long.
import type { Connection, Submittable } from 'pg';

/** The binary form of a bigint and of an integer. */
export function bigintOctets(value: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeBigInt64BE(BigInt(value));
  return octets;
}

export function integerOctets(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value);
  return octets;
}

/** Signature, flags, no extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

export type CopyRow = readonly Uint8Array[];

/** A query for pg's queue. `done` is called when PostgreSQL has taken the rows, or with what it said. */
export class CopyIn implements Submittable {
  constructor(
    /** Table and columns. */
    private readonly target: string,
    private readonly rows: readonly CopyRow[],
    private readonly done: (error?: Error) => void,
  ) {}

  submit(connection: Connection): void {
    (connection as Connection & { query(text: string): void }).query(`COPY ${this.target} FROM STDIN (FORMAT binary)`);
  }

  handleCopyInResponse({ stream }: Connection): void {
    stream.cork();
    sendData(stream, [HEADER]);
    for (const row of this.rows) sendData(stream, partsOf(row));
    sendData(stream, [TRAILER]);
    stream.write(COPY_DONE);
    stream.uncork();
  }

  handleReadyForQuery(): void {
    this.done();
  }

  handleError(error: Error): void {
    this.done(error);
  }

  handleCommandComplete(): void {}
}

function partsOf(row: CopyRow): readonly Uint8Array[] {
  const count = Buffer.alloc(2);
  count.writeInt16BE(row.length);
  return [count, ...row.flatMap((field) => [integerOctets(field.length), field])];
}

function sendData(stream: Connection['stream'], parts: readonly Uint8Array[]): void {
  const head = Buffer.alloc(5);
  head.writeUInt8(COPY_DATA);
  head.writeInt32BE(
    parts.reduce((sum, part) => sum + part.length, 4),
    1,
  );
  stream.write(head);
  for (const part of parts) stream.write(part);
}
