// The lines of a header as octets: where one ends, whether it is a field, and which invisible characters stand in front of it.
import { asBuffer, COLON, CR, isBlank, LF } from './octets.js';

/** Octets that may stand before a header and are none of it: a byte order mark, empty lines, blanks. More of them are a message without a header. */
export const MOST_LEADING = 64;

const MBOX_LINE = /^>?From /;
const EQUALS = 61;
const QUESTION = 63;
const HYPHEN = 45;
const SLASH = 47;

/** Invisible characters, as UTF-8: no-break space, soft hyphen, zero-width characters, marks of direction, byte order mark. */
const UNSEEN: readonly Buffer[] = ['\u00a0', '\u00ad', '\u200b', '\u200e', '\u200f', '\u2060', '\ufeff'].map((character) =>
  Buffer.from(character),
);

/** Position behind the line's LF, or the end of the octets. */
export function lineEnd(buffer: Buffer, start: number): number {
  const lf = buffer.indexOf(LF, start);
  return lf < 0 ? buffer.length : lf + 1;
}

/** The end of the lines behind `firstLineEnd` that begin with white space. */
export function foldedEnd(buffer: Buffer, firstLineEnd: number): number {
  let end = firstLineEnd;
  while (isBlank(buffer[end])) end = lineEnd(buffer, end);
  return end;
}

export function isEmptyLine(buffer: Buffer, start: number): boolean {
  return buffer[start] === LF || (buffer[start] === CR && buffer[start + 1] === LF);
}

/**
 * End of the field name that begins at `start`, `start` itself where there is none. White space before the colon is obsolete and allowed (case 70).
 * No field begins with an encoded-word, with the border of a MIME part, or as a web address does.
 */
export function fieldNameEnd(buffer: Buffer, start: number, end: number): number {
  if (isBorder(buffer, start) || (buffer[start] === EQUALS && buffer[start + 1] === QUESTION)) return start;
  let nameEnd = start;
  while (nameEnd < end && isNameOctet(buffer[nameEnd] ?? 0)) nameEnd += 1;
  let colon = nameEnd;
  while (colon < end && isBlank(buffer[colon])) colon += 1;
  if (buffer[colon] !== COLON || colon >= end || (buffer[colon + 1] === SLASH && buffer[colon + 2] === SLASH)) return start;
  return nameEnd;
}

/** `--`: a border between the parts of a body, or between a letter and what it quotes. */
export function isBorder(buffer: Buffer, start: number): boolean {
  return buffer[start] === HYPHEN && buffer[start + 1] === HYPHEN;
}

/** The line that mbox files put before a message; `From : andrew` is a field (case 71). */
export function isMboxLine(buffer: Buffer, start: number): boolean {
  return MBOX_LINE.test(buffer.toString('latin1', start, start + 6)) && fieldNameEnd(buffer, start, lineEnd(buffer, start)) === start;
}

/** Position behind the invisible characters in front of a line's text. */
export function unseenEnd(buffer: Buffer, start: number): number {
  let position = start;
  for (let found = (buffer[start] ?? 0) > 127; found; ) {
    const octets = UNSEEN.find((each) => buffer[position] === each[0] && buffer.subarray(position, position + each.length).equals(each));
    found = octets !== undefined;
    position += octets?.length ?? 0;
  }
  return position;
}

/** Position behind the byte order marks, empty lines and blanks that a message begins with, MOST_LEADING at most. */
export function leadingEnd(octets: Uint8Array): number {
  const buffer = asBuffer(octets).subarray(0, MOST_LEADING);
  let position = 0;
  for (let before = -1; position > before; ) {
    before = position;
    position = unseenEnd(buffer, position);
    while (position < buffer.length && (isBlank(buffer[position]) || buffer[position] === CR || buffer[position] === LF)) position += 1;
  }
  return position;
}

/** Printable ASCII but the colon (RFC 5322 section 2.2). */
function isNameOctet(octet: number): boolean {
  return octet > 32 && octet < 127 && octet !== COLON;
}
