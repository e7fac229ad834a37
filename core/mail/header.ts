// Reads a message's header as octets. Tolerant: what real mail has is read, what is broken is passed over and stays in the message
// (SORTING cases 70 to 73). No field is decoded before somebody asks for it.
import type { HeaderField } from '@postroom/sdk';
import { decodeText, decodeWords } from './encodedWords.js';
import { asBuffer, COLON, CR, isBlank, LF } from './octets.js';

/** Octets of a header that are read; the rest is stored, delivered and not looked at (case 73). */
export const HEADER_LIMIT = 256 * 1024;

const EMPTY_LINE = Buffer.from('\r\n\r\n');
const MBOX_LINE = /^>?From /;

/** A field with its place in the message: octets `start` (included) to `end` (excluded), line ends included. */
export interface FieldInPlace extends HeaderField {
  readonly start: number;
  readonly end: number;
}

/** What was read of a message's header. */
export interface Header {
  /** Topmost first. */
  readonly fields: readonly FieldInPlace[];
  /** Octets of the header, the empty line behind it included. 0 where the message has none. */
  readonly size: number;
  /** The header is longer than what is read: `size` is where reading stopped. */
  readonly truncated: boolean;
  /** The topmost field of that name, in any case of letters. */
  first(name: string): FieldInPlace | undefined;
  /** All fields of that name, topmost first. */
  all(name: string): readonly FieldInPlace[];
}

/** The header of a message that nobody should look into: no fields, only where it ends. */
export function unreadHeader(octets: Uint8Array): Header {
  const end = headerEnd(octets);
  return new FieldTable([], end < 0 ? octets.length : end, false);
}

/**
 * Reads the header at the beginning of `octets`, which need not hold the whole message, but the header up to HEADER_LIMIT.
 * A line that is no field is passed over where a field follows; elsewhere the body begins with it, though the empty line is missing.
 */
export function readHeader(octets: Uint8Array): Header {
  const buffer = asBuffer(octets).subarray(0, HEADER_LIMIT);
  const fields: Field[] = [];
  let position = isMboxLine(buffer) ? lineEnd(buffer, 0) : 0;
  const isCut = octets.length >= HEADER_LIMIT;
  let ended: 'empty line' | 'text' | undefined;
  while (position < buffer.length && ended === undefined) {
    const end = lineEnd(buffer, position);
    const nameEnd = fieldNameEnd(buffer, position, end);
    if (isEmptyLine(buffer, position)) {
      position = end;
      ended = 'empty line';
    } else if (nameEnd > position) {
      const fieldEnd = foldedEnd(buffer, end);
      fields.push(new Field(buffer, position, nameEnd, fieldEnd, fields.length));
      position = fieldEnd;
    } else if (fieldNameEnd(buffer, end, lineEnd(buffer, end)) > end) {
      position = end;
    } else if (isCut && lineEnd(buffer, end) === buffer.length) {
      // Half a line says nothing: it goes on where nobody reads.
      position = buffer.length;
    } else {
      ended = 'text';
    }
  }
  const isHeadless = fields.length === 0 && (ended === 'text' || (isCut && ended === undefined));
  return new FieldTable(fields, isHeadless ? 0 : position, ended === undefined && isCut);
}

/**
 * Where in a stream the header is complete at the latest: the offset behind the first empty line, -1 while there is none. `from`: octets that an
 * earlier call has looked through. CRLF form.
 */
export function headerEnd(octets: Uint8Array, from = 0): number {
  const buffer = asBuffer(octets);
  if (buffer[0] === CR && buffer[1] === LF) return 2;
  const empty = buffer.indexOf(EMPTY_LINE, Math.max(0, from - EMPTY_LINE.length + 1));
  return empty < 0 ? -1 : empty + EMPTY_LINE.length;
}

/** Gathers the beginning of a message from a stream until the header is complete or HEADER_LIMIT is reached. */
export class HeaderCollector {
  #octets: Buffer = Buffer.alloc(0);
  #length = 0;

  /** Adds the next piece; true when no more is needed. A message that ends earlier is complete as it is. */
  push(piece: Uint8Array): boolean {
    const searched = this.#length;
    this.#length += piece.length;
    if (searched === 0) {
      this.#octets = asBuffer(piece);
    } else {
      if (this.#length > this.#octets.length) this.#grow(searched);
      this.#octets.set(piece, searched);
    }
    return this.#length >= HEADER_LIMIT || headerEnd(this.octets, searched) >= 0;
  }

  /** All that was pushed. */
  get octets(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  /** To twice what is needed: a sender of single octets costs no more than one who sends all at once. */
  #grow(used: number): void {
    const larger = Buffer.allocUnsafe(this.#length * 2);
    larger.set(this.#octets.subarray(0, used));
    this.#octets = larger;
  }
}

/** The value of a field in one line: line ends before white space taken out (RFC 5322 section 2.2.3), the ends trimmed. */
export function unfold(value: Uint8Array): string {
  return decodeText(value)
    .replace(/\r?\n(?=[ \t])/g, '')
    .trim();
}

class FieldTable implements Header {
  readonly #byName = new Map<string, readonly FieldInPlace[]>();

  constructor(
    readonly fields: readonly Field[],
    readonly size: number,
    readonly truncated: boolean,
  ) {}

  first(name: string): FieldInPlace | undefined {
    return this.all(name)[0];
  }

  all(name: string): readonly FieldInPlace[] {
    const wanted = name.toLowerCase();
    let found = this.#byName.get(wanted);
    if (found === undefined) {
      found = this.fields.filter((field) => field.isNamed(wanted));
      this.#byName.set(wanted, found);
    }
    return found;
  }
}

class Field implements FieldInPlace {
  readonly #buffer: Buffer;
  readonly #nameEnd: number;
  #name: string | undefined;
  #value: string | undefined;

  constructor(
    buffer: Buffer,
    readonly start: number,
    nameEnd: number,
    readonly end: number,
    readonly index: number,
  ) {
    this.#buffer = buffer;
    this.#nameEnd = nameEnd;
  }

  get name(): string {
    this.#name ??= this.#buffer.toString('latin1', this.start, this.#nameEnd);
    return this.#name;
  }

  get raw(): Uint8Array {
    return this.#buffer.subarray(this.start, this.end);
  }

  get value(): string {
    this.#value ??= decodeWords(unfold(valueOctets(this))).trim();
    return this.#value;
  }

  /** `wanted` in lower case. Compares lengths first: most fields are never turned into strings. */
  isNamed(wanted: string): boolean {
    return this.#nameEnd - this.start === wanted.length && this.name.toLowerCase() === wanted;
  }
}

/** The octets behind the colon, folded as they came. */
export function valueOctets(field: HeaderField): Uint8Array {
  const raw = asBuffer(field.raw);
  return raw.subarray(raw.indexOf(COLON) + 1);
}

/** The line that mbox files put before a message; `From : andrew` is a field (case 71). */
function isMboxLine(buffer: Buffer): boolean {
  return MBOX_LINE.test(buffer.toString('latin1', 0, 6)) && fieldNameEnd(buffer, 0, lineEnd(buffer, 0)) === 0;
}

/** Position behind the line's LF, or the end of the octets. */
function lineEnd(buffer: Buffer, start: number): number {
  const lf = buffer.indexOf(LF, start);
  return lf < 0 ? buffer.length : lf + 1;
}

function foldedEnd(buffer: Buffer, firstLineEnd: number): number {
  let end = firstLineEnd;
  while (isBlank(buffer[end])) end = lineEnd(buffer, end);
  return end;
}

function isEmptyLine(buffer: Buffer, start: number): boolean {
  return buffer[start] === LF || (buffer[start] === CR && buffer[start + 1] === LF);
}

/** End of the field name that begins at `start`, `start` itself where there is none. White space before the colon is obsolete and allowed (case 70). */
function fieldNameEnd(buffer: Buffer, start: number, end: number): number {
  let nameEnd = start;
  while (nameEnd < end && isNameOctet(buffer[nameEnd] ?? 0)) nameEnd += 1;
  let colon = nameEnd;
  while (colon < end && isBlank(buffer[colon])) colon += 1;
  return buffer[colon] === COLON && colon < end ? nameEnd : start;
}

/** Printable ASCII but the colon (RFC 5322 section 2.2). */
function isNameOctet(octet: number): boolean {
  return octet > 32 && octet < 127 && octet !== COLON;
}
