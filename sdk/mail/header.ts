// Reads a message's header as octets. Tolerant: what real mail has is read, what is broken is passed over and stays in the message
// (sorting cases 70 to 73). No field is decoded before somebody asks for it.

import type { CopyEdit } from '../base/copyEdits.js';
import type { HeaderField } from '../mail.js';
import { continuedAt, type HeaderAbove, headerBehind, isHeader, isWrapped, MOST_BROKEN } from './brokenLines.js';
import { decodeText, decodeWords } from './encodedWords.js';
import { fieldNameEnd, foldedEnd, isEmptyLine, isMboxLine, leadingEnd, lineEnd, unseenEnd } from './headerOctets.js';
import { asBuffer, COLON } from './octets.js';

/** Octets of a header that are read; the rest is stored, delivered and not looked at (case 73). */
export const HEADER_LIMIT = 256 * 1024;

const EMPTY_LINE = Buffer.from('\r\n\r\n');
/** What stands before a line that is no field, so that every mail program reads on behind it. */
const DAMAGED = 'X-Postroom-Damaged-Line: ';

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
  /** What copies show otherwise, so that every mail program reads the header as it was read here. In order. */
  readonly mends: readonly CopyEdit[];
  /** The topmost field of that name, in any case of letters. */
  first(name: string): FieldInPlace | undefined;
  /** All fields of that name, topmost first. */
  all(name: string): readonly FieldInPlace[];
}

/** The header of a message that must not be parsed: no fields, only where it ends. */
export function unreadHeader(octets: Uint8Array): Header {
  const end = headerEnd(octets);
  return new FieldTable([], end < 0 ? octets.length : end, false, []);
}

/**
 * Reads the header at the beginning of `octets`, which need not hold the whole message, but the header up to HEADER_LIMIT.
 * What is no field is passed over where the header goes on behind it; elsewhere the body begins with it, though the empty line is missing.
 */
export function readHeader(octets: Uint8Array): Header {
  return new HeaderReader(asBuffer(octets).subarray(0, HEADER_LIMIT), octets.length >= HEADER_LIMIT).read();
}

class HeaderReader {
  readonly #fields: Field[] = [];
  readonly #mends: CopyEdit[] = [];
  #position = 0;
  #ended: 'empty line' | 'text' | undefined;
  #broken = 0;
  /** Up to here it is known that the header goes on. */
  #goesOnAt = 0;

  constructor(
    private readonly buffer: Buffer,
    /** More octets may follow. */
    private readonly isCut: boolean,
  ) {}

  read(): Header {
    this.#begin();
    while (this.#position < this.buffer.length && this.#ended === undefined) this.#line();
    const isEmpty = this.#fields.length === 0;
    const isHeadless = isEmpty && (this.#ended === 'text' || (this.isCut && this.#ended === undefined));
    if (isHeadless) return new FieldTable([], 0, this.#ended === undefined, []);
    const isTruncated = this.#ended === undefined && this.isCut;
    // Without the empty line readers would not find the body.
    if (!isEmpty && !isTruncated && this.#ended !== 'empty line') this.#mend(this.#position, this.#position, '\r\n');
    return new FieldTable(this.#fields, this.#position, isTruncated, this.#mends);
  }

  /** Passes over what stands before the first field: marks of the octets' order, empty lines, the line of an mbox file. */
  #begin(): void {
    const { buffer } = this;
    const leading = leadingEnd(buffer);
    const isMbox = isMboxLine(buffer, leading);
    const start = isMbox ? unseenEnd(buffer, lineEnd(buffer, leading)) : leading;
    const isField = fieldNameEnd(buffer, start, lineEnd(buffer, start)) > start;
    // Behind white space there may as well be a text.
    const isSure = unseenEnd(buffer, 0) === leading || isHeader(buffer, start);
    if (isField ? !isSure : !isMbox || headerBehind(buffer, start) === undefined) return;
    this.#mend(0, start);
    this.#position = start;
  }

  #line(): void {
    const { buffer } = this;
    const start = this.#position;
    const end = lineEnd(buffer, start);
    if (isEmptyLine(buffer, start)) {
      this.#position = end;
      this.#ended = 'empty line';
      return;
    }
    const nameStart = unseenEnd(buffer, start);
    const nameEnd = fieldNameEnd(buffer, nameStart, end);
    if (nameEnd > nameStart) this.#field(start, nameStart, nameEnd, end);
    else this.#brokenLine(start, end);
  }

  #field(start: number, nameStart: number, nameEnd: number, firstLineEnd: number): void {
    const { buffer } = this;
    this.#mend(start, nameStart);
    const foldEnd = foldedEnd(buffer, firstLineEnd);
    const end = this.#isBroken(foldEnd) ? this.#wrapEnd(nameStart, nameEnd, foldEnd) : foldEnd;
    this.#fields.push(new Field(buffer, nameStart, nameEnd, end, this.#fields.length));
    this.#position = end;
  }

  /** The end of the lines that belong to a field though nothing stands before them. */
  #wrapEnd(nameStart: number, nameEnd: number, foldEnd: number): number {
    const { buffer } = this;
    const name = buffer.toString('latin1', nameStart, nameEnd).toLowerCase();
    let end = foldEnd;
    while (this.#isBroken(end) && this.#goesOn(end, name)) {
      const above = buffer.toString('latin1', Math.max(nameEnd, end - 10), end);
      if (!isWrapped(name, above, buffer.toString('latin1', end, lineEnd(buffer, end)))) break;
      this.#mend(end, end, ' ');
      this.#broken += 1;
      end = foldedEnd(buffer, lineEnd(buffer, end));
    }
    return end;
  }

  #brokenLine(start: number, end: number): void {
    const { buffer, isCut } = this;
    if (this.#goesOn(start)) {
      this.#mend(start, start, DAMAGED);
      this.#broken += 1;
      this.#position = foldedEnd(buffer, end);
    } else if (isCut && lineEnd(buffer, end) === buffer.length) {
      // Half a line says nothing: its rest is beyond the limit.
      this.#position = buffer.length;
    } else {
      this.#ended = 'text';
    }
  }

  /** Whether a line stands here that is neither a field nor the end. */
  #isBroken(start: number): boolean {
    const { buffer } = this;
    if (start >= buffer.length || isEmptyLine(buffer, start)) return false;
    const nameStart = unseenEnd(buffer, start);
    return fieldNameEnd(buffer, nameStart, lineEnd(buffer, nameStart)) === nameStart;
  }

  /** Whether the header goes on behind the broken line that stands here. `current`: the field that is being read. */
  #goesOn(start: number, current?: string): boolean {
    if (this.#broken >= MOST_BROKEN) return false;
    if (start < this.#goesOnAt) return true;
    const isFirst = current === undefined && this.#fields.length === 0;
    const at = isFirst ? headerBehind(this.buffer, start) : continuedAt(this.buffer, start, this.#above(current));
    this.#goesOnAt = at ?? this.#goesOnAt;
    return at !== undefined;
  }

  #above(current: string | undefined): HeaderAbove {
    const fieldsNamed = (name: string): readonly Field[] => this.#fields.filter((field) => field.isNamed(name));
    return {
      has: (name) => name === current || fieldsNamed(name).length > 0,
      isBase64: fieldsNamed('content-transfer-encoding').some(({ value }) => value.toLowerCase() === 'base64'),
    };
  }

  #mend(start: number, end: number, instead?: string): void {
    if (end > start || instead !== undefined) this.#mends.push({ start, end, ...(instead !== undefined && { instead }) });
  }
}

/**
 * Where in a stream the header is complete at the latest: the offset behind the first empty line, -1 while there is none. `from`: octets that an
 * earlier call has looked through. CRLF form.
 */
export function headerEnd(octets: Uint8Array, from = 0): number {
  const buffer = asBuffer(octets);
  const searched = Math.max(leadingEnd(buffer), from - EMPTY_LINE.length + 1);
  const empty = buffer.indexOf(EMPTY_LINE, searched);
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

/** The value of a field in one line: line ends before white space taken out (RFC 5322 section 2.2.3), others a space, the ends trimmed. */
export function unfold(value: Uint8Array): string {
  const text = decodeText(value);
  // Most are one line, whose end is white space.
  if (!text.slice(0, -1).includes('\n')) return text.trim();
  return text
    .replace(/\r?\n(?=[ \t])/g, '')
    .replace(/\r?\n/g, ' ')
    .trim();
}

class FieldTable implements Header {
  /** By name in lower case: most names that plugins ask for stand in no header, and are not looked for twice. */
  #byName: ReadonlyMap<string, readonly FieldInPlace[]> | undefined;

  constructor(
    readonly fields: readonly Field[],
    readonly size: number,
    readonly truncated: boolean,
    readonly mends: readonly CopyEdit[],
  ) {}

  first(name: string): FieldInPlace | undefined {
    return this.all(name)[0];
  }

  all(name: string): readonly FieldInPlace[] {
    this.#byName ??= byName(this.fields);
    return this.#byName.get(name.toLowerCase()) ?? NONE;
  }
}

const NONE: readonly FieldInPlace[] = Object.freeze([]);

function byName(fields: readonly Field[]): ReadonlyMap<string, readonly FieldInPlace[]> {
  const index = new Map<string, Field[]>();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    const found = index.get(name);
    if (found === undefined) index.set(name, [field]);
    else found.push(field);
  }
  return index;
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
