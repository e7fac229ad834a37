// Walks through a message as it comes, and tells what each octet is: a header, the content of a part, or what stands between parts (RFC 2046). It keeps
// one header and one line at a time, however large the message is.
import { type PartHeader, readPartHeader } from './partHeader.js';

/** Octets of one header. What is longer is no message that people write. */
export const MOST_HEADER = 256 * 1024;
/** A longer line is passed on in pieces of this length; no line of a boundary is as long. */
const PIECE = 8 * 1024;
const MOST_DEPTH = 100;

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;
const NOTHING = Buffer.alloc(0);
const ONLY_LF = Buffer.from('\n');
const CRLF = Buffer.from('\r\n');
const LINE_OF_DASHES = Buffer.from('\n--');

/** A header with what it is the header of. */
export interface Part {
  /** Place among the parts of the message, from 0. */
  readonly number: number;
  readonly header: PartHeader;
  /** Its lines, with the empty one behind it where there is one. */
  readonly lines: Buffer;
  /** Of a whole message, not of a part in one. */
  readonly isMessage: boolean;
  /** Something around it is signed as it stands (RFC 1847). */
  readonly isSigned: boolean;
}

/** What is told of a message, in its order. */
export interface Visitor {
  header(part: Part): void;
  /** Content of a part that holds no other parts, without the line end that belongs to the boundary behind it. */
  content(octets: Buffer, part: Part): void;
  contentEnd(part: Part, isLast: boolean): void;
  /** Boundaries, and the preamble and epilogue: the text before the first and behind the last one. */
  between(octets: Buffer, isSigned: boolean): void;
  /** The message is built in a way that cannot be followed. */
  lost(why: 'deep' | 'header'): void;
}

interface Multipart {
  /** The boundary before a part, and the one behind the last, as lines. */
  readonly opening: string;
  readonly closing: string;
  readonly isSigned: boolean;
  /** Its parts are messages where they do not say otherwise (RFC 2046 section 5.1.5). */
  readonly isDigest: boolean;
}

type Place =
  | { readonly in: 'header'; readonly lines: Buffer[]; size: number; readonly isMessage: boolean }
  | { readonly in: 'content'; readonly part: Part }
  | { readonly in: 'between'; readonly isSigned: boolean };

export class MimeWalk {
  #place: Place = { in: 'header', lines: [], size: 0, isMessage: true };
  readonly #around: Multipart[] = [];
  #parts = 0;
  /** The beginning of a line whose end has not come. */
  #rest: Buffer = NOTHING;
  /** What was passed on was the beginning of a line. */
  #isInLine = false;
  /** A line end that is content, unless a boundary follows. */
  #lineEnd: Buffer = NOTHING;

  constructor(private readonly visitor: Visitor) {}

  feed(octets: Uint8Array): void {
    let rest = this.#rest.length === 0 ? Buffer.from(octets.buffer, octets.byteOffset, octets.length) : Buffer.concat([this.#rest, octets]);
    for (;;) {
      rest = rest.subarray(this.#manyLines(rest));
      const end = rest.indexOf(LF);
      const length = end === -1 ? PIECE : Math.min(end + 1, PIECE);
      if (end === -1 && rest.length <= PIECE) break;
      this.#line(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    // The caller may reuse the buffer.
    this.#rest = Buffer.from(rest);
  }

  end(): void {
    if (this.#rest.length > 0) this.#line(this.#rest);
    this.#rest = NOTHING;
    if (this.#place.in === 'header') this.#endHeader(this.#place);
    this.#endContent(true);
  }

  /** Whole lines of content, up to a boundary, in one go. Answers how many octets they have. */
  #manyLines(octets: Buffer): number {
    const place = this.#place;
    if (place.in !== 'content' || this.#isInLine) return 0;
    let end = 0;
    while (end < octets.length) {
      if (octets[end] === DASH && octets[end + 1] === DASH) {
        const next = octets.indexOf(LF, end) + 1;
        if (next === 0 || this.#boundaryOf(octets.subarray(end, next)) !== undefined) break;
        end = next;
      } else {
        const next = octets.indexOf(LINE_OF_DASHES, end) + 1;
        end = next === 0 ? Math.max(end, octets.lastIndexOf(LF) + 1) : next;
        if (next === 0) break;
      }
    }
    if (end > 0) this.#content(octets.subarray(0, end), place.part);
    return end;
  }

  /** A line, or a piece of a long one. */
  #line(octets: Buffer): void {
    const isBegin = !this.#isInLine;
    this.#isInLine = octets.at(-1) !== LF;
    if (isBegin && octets[0] === DASH && octets[1] === DASH && this.#isBoundary(octets)) return;
    const place = this.#place;
    if (place.in === 'content') this.#content(octets, place.part);
    else if (place.in === 'between') this.visitor.between(octets, place.isSigned);
    else this.#headerLine(octets, place, isBegin);
  }

  #content(octets: Buffer, part: Part): void {
    if (this.#lineEnd.length > 0) this.visitor.content(this.#lineEnd, part);
    const length = octets.at(-1) !== LF ? octets.length : octets.length - (octets.at(-2) === CR ? 2 : 1);
    if (length > 0) this.visitor.content(octets.subarray(0, length), part);
    this.#lineEnd = length === octets.length ? NOTHING : length === octets.length - 1 ? ONLY_LF : CRLF;
  }

  #headerLine(octets: Buffer, place: Place & { in: 'header' }, isBegin: boolean): void {
    place.lines.push(Buffer.from(octets));
    place.size += octets.length;
    if (place.size > MOST_HEADER) {
      this.visitor.lost('header');
      place.lines.length = 0;
      place.size = 0;
    }
    if (isBegin && (octets[0] === LF || (octets[0] === CR && octets[1] === LF))) this.#endHeader(place);
  }

  #endHeader({ lines, isMessage }: Place & { in: 'header' }): void {
    const whole = Buffer.concat(lines);
    const isInDigest = !isMessage && this.#around.at(-1)?.isDigest === true;
    const header = readPartHeader(whole, isInDigest ? 'message/rfc822' : 'text/plain');
    const part: Part = { number: this.#parts++, header, lines: whole, isMessage, isSigned: this.#isSigned };
    this.visitor.header(part);
    if (header.boundary !== undefined) {
      if (this.#around.length === MOST_DEPTH) this.visitor.lost('deep');
      else
        this.#around.push({
          opening: `--${header.boundary}`,
          closing: `--${header.boundary}--`,
          isSigned: header.type === 'multipart/signed',
          isDigest: header.type === 'multipart/digest',
        });
      this.#place = { in: 'between', isSigned: part.isSigned };
    } else if (header.holdsMessage) {
      this.#place = { in: 'header', lines: [], size: 0, isMessage: true };
    } else {
      this.#place = { in: 'content', part };
    }
  }

  #endContent(isLast: boolean): void {
    const place = this.#place;
    if (place.in !== 'content') return;
    if (isLast && this.#lineEnd.length > 0) this.visitor.content(this.#lineEnd, place.part);
    this.visitor.contentEnd(place.part, isLast);
    if (!isLast && this.#lineEnd.length > 0) this.visitor.between(this.#lineEnd, false);
    this.#lineEnd = NOTHING;
    this.#place = { in: 'between', isSigned: this.#isSigned };
  }

  /** A boundary of any multipart that is open ends what is inside that one. */
  #isBoundary(octets: Buffer): boolean {
    const found = this.#boundaryOf(octets);
    if (found === undefined) return false;
    const { depth, isNext } = found;
    if (this.#place.in === 'header') this.#endHeader(this.#place);
    this.#endContent(false);
    this.#around.length = isNext ? depth + 1 : depth;
    this.visitor.between(octets, false);
    this.#place = isNext ? { in: 'header', lines: [], size: 0, isMessage: false } : { in: 'between', isSigned: this.#isSigned };
    return true;
  }

  /** The innermost multipart whose boundary it is, and whether another part follows. */
  #boundaryOf(octets: Buffer): { readonly depth: number; readonly isNext: boolean } | undefined {
    if (this.#around.length === 0 || octets.length > PIECE) return undefined;
    const text = octets.toString('latin1').trimEnd();
    const next = this.#around.findLastIndex(({ opening }) => text === opening);
    if (next !== -1) return { depth: next, isNext: true };
    const last = this.#around.findLastIndex(({ closing }) => text === closing);
    return last === -1 ? undefined : { depth: last, isNext: false };
  }

  get #isSigned(): boolean {
    return this.#around.some(({ isSigned }) => isSigned);
  }
}
