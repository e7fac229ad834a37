// Arrays as PostgreSQL sends them in binary, for parameters: octets go as they are, where an array as text has two hex digits for each of them.
import { storableText } from './storableText.js';

const BIGINT = { type: 20, octets: 8 } as const;
const INTEGER = { type: 23, octets: 4 } as const;
const BOOLEAN = { type: 16, octets: 1 } as const;
const TEXT = 25;
const BYTEA = 17;
const HEADER_OCTETS = 20;
const NULL_LENGTH = -1;

export function bigints(values: readonly (number | null)[]): Buffer {
  return fixed(BIGINT, values, (buffer, value, at) => buffer.writeBigInt64BE(BigInt(value), at));
}

export function integers(values: readonly (number | null)[]): Buffer {
  return fixed(INTEGER, values, (buffer, value, at) => buffer.writeInt32BE(value, at));
}

export function booleans(values: readonly (boolean | null)[]): Buffer {
  return fixed(BOOLEAN, values, (buffer, value, at) => buffer.writeUInt8(value ? 1 : 0, at));
}

export function texts(values: readonly (string | null)[]): Buffer {
  const clean = values.map((value) => (value == null ? null : storableText(value)));
  const lengths = clean.map((value) => (value === null ? NULL_LENGTH : Buffer.byteLength(value)));
  return variable(TEXT, lengths, (buffer, index, at) => void buffer.write(clean[index] ?? '', at));
}

export function octets(values: readonly (Uint8Array | null)[]): Buffer {
  const lengths = values.map((value) => value?.length ?? NULL_LENGTH);
  return variable(BYTEA, lengths, (buffer, index, at) => buffer.set(values[index] ?? [], at));
}

function fixed<T>(
  { type, octets: size }: { readonly type: number; readonly octets: number },
  values: readonly (T | null)[],
  write: (buffer: Buffer, value: T, at: number) => void,
): Buffer {
  const lengths = values.map((value) => (value == null ? NULL_LENGTH : size));
  return variable(type, lengths, (buffer, index, at) => write(buffer, values[index] as T, at));
}

/** PostgreSQL's array_recv: dimensions, whether there are NULLs, type; length and lower bound of the dimension; each element after its length. */
function variable(type: number, lengths: readonly number[], write: (buffer: Buffer, index: number, at: number) => void): Buffer {
  const size = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), HEADER_OCTETS);
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(lengths.includes(NULL_LENGTH) ? 1 : 0, 4);
  buffer.writeInt32BE(type, 8);
  buffer.writeInt32BE(lengths.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = HEADER_OCTETS;
  for (const [index, length] of lengths.entries()) {
    buffer.writeInt32BE(length, at);
    at += 4;
    if (length === NULL_LENGTH) continue;
    write(buffer, index, at);
    at += length;
  }
  return buffer;
}
