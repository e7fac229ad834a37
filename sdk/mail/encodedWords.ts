// Text in headers: raw 8-bit octets and encoded-words (RFC 2047, with the language suffix of RFC 2231 section 5). Decoding is for people
// and comparisons; it happens after structure has been read and never decides where an address ends.
import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { asBuffer } from './octets.js';

/** Windows-1252 from 0x80 to 0x9F. Spelled out, because Node's own decoder of that name gives control characters there. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';
/** Longest encoded-word (RFC 2047 section 2). */
const LONGEST_WORD = 75;
const WORD_START = '=?UTF-8?B?';
const WORD_END = '?=';
/** Octets of text that fit into one Base64 encoded-word. */
const WORD_OCTETS = Math.floor((LONGEST_WORD - WORD_START.length - WORD_END.length) / 4) * 3;

/** Raw octets as text: UTF-8 where they are valid UTF-8 (RFC 6532), else Windows-1252, of which every octet has a meaning. */
export function decodeText(octets: Uint8Array): string {
  const buffer = asBuffer(octets);
  if (isAscii(buffer)) return buffer.toString('latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : decodeWindows1252(buffer);
}

function decodeWindows1252(buffer: Buffer): string {
  return buffer.toString('latin1').replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80));
}

/** An encoded-word as it stands in a text. */
interface EncodedWord {
  readonly charset: string;
  readonly octets: Buffer;
  /** Position behind the word. */
  readonly end: number;
}

/**
 * Replaces encoded-words by their text; control characters become spaces. White space between two of them vanishes, and neighbours of one
 * charset are decoded together, for senders that cut in the middle of a character. A word in an unknown charset stays as it is.
 */
export function decodeWords(text: string): string {
  let start = text.indexOf('=?');
  if (start < 0) return withoutControls(text);
  let out = '';
  let position = 0;
  while (start >= 0) {
    const run = readRun(text, start);
    if (run === undefined) {
      start = text.indexOf('=?', start + 2);
      continue;
    }
    out += text.slice(position, start) + run.text;
    position = run.end;
    start = text.indexOf('=?', position);
  }
  return withoutControls(out + text.slice(position));
}

/** The words that begin at `start` and are separated by white space only; `undefined` where none can be decoded. */
function readRun(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  let out = '';
  let end = start;
  let charset = '';
  let pending: Buffer[] = [];
  let next = start;
  for (;;) {
    const word = readWord(text, next);
    if (word === undefined || decoderOf(word.charset) === undefined) break;
    if (word.charset !== charset) {
      out += decodeOctets(charset, pending);
      pending = [];
      charset = word.charset;
    }
    pending.push(word.octets);
    end = word.end;
    next = skipBlanks(text, end);
  }
  return end === start ? undefined : { text: out + decodeOctets(charset, pending), end };
}

/** Reads `=?charset?encoding?text?=` at `start`. Looks at most at the next four question marks, so that a text full of starts stays linear. */
function readWord(text: string, start: number): EncodedWord | undefined {
  if (!text.startsWith('=?', start)) return undefined;
  const charsetEnd = text.indexOf('?', start + 2);
  if (charsetEnd <= start + 2 || text[charsetEnd + 2] !== '?') return undefined;
  const contentStart = charsetEnd + 3;
  const contentEnd = text.indexOf('?', contentStart);
  if (contentEnd < 0 || text[contentEnd + 1] !== '=') return undefined;
  const content = text.slice(contentStart, contentEnd);
  const octets = decodeContent(text[charsetEnd + 1] ?? '', content);
  if (octets === undefined) return undefined;
  const [charset = ''] = text
    .slice(start + 2, charsetEnd)
    .toLowerCase()
    .split('*', 1);
  return { charset, octets, end: contentEnd + 2 };
}

function decodeContent(encoding: string, content: string): Buffer | undefined {
  if (encoding === 'B' || encoding === 'b') return Buffer.from(content, 'base64');
  if (encoding === 'Q' || encoding === 'q') return decodeQ(Buffer.from(content, 'utf8'));
  return undefined;
}

/** The Q encoding (RFC 2047 section 4.2). An `=` that starts no hexadecimal pair stands for itself. */
function decodeQ(octets: Buffer): Buffer {
  let to = 0;
  for (let from = 0; from < octets.length; from += 1) {
    const octet = octets[from] ?? 0;
    if (octet === 0x5f) {
      octets[to++] = 0x20;
      continue;
    }
    const pair = octet === 0x3d ? octets.toString('latin1', from + 1, from + 3) : '';
    if (/^[0-9A-Fa-f]{2}$/.test(pair)) {
      octets[to++] = Number.parseInt(pair, 16);
      from += 2;
    } else {
      octets[to++] = octet;
    }
  }
  return octets.subarray(0, to);
}

/** By charset, in lower case; `undefined` for one that is not known. Forgotten when senders have made up too many. */
const decoders = new Map<string, TextDecoder | undefined>();
const MANY_CHARSETS = 500;

function decoderOf(charset: string): TextDecoder | undefined {
  if (decoders.has(charset)) return decoders.get(charset);
  if (decoders.size >= MANY_CHARSETS) decoders.clear();
  const decoder = newDecoder(charset);
  decoders.set(charset, decoder);
  return decoder;
}

function newDecoder(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset);
  } catch {
    return undefined;
  }
}

function decodeOctets(charset: string, pieces: readonly Buffer[]): string {
  if (pieces.length === 0) return '';
  const octets = Buffer.concat(pieces);
  const decoder = decoderOf(charset);
  return decoder?.encoding === 'windows-1252' ? decodeWindows1252(octets) : (decoder?.decode(octets) ?? '');
}

function skipBlanks(text: string, from: number): number {
  let position = from;
  while (text[position] === ' ' || text[position] === '\t' || text[position] === '\r' || text[position] === '\n') position += 1;
  return position;
}

/** Line ends, NUL and the like have no place in a header's text and would do harm in logs. */
function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ');
}

/**
 * Text made safe for a header line of our own: plain where it is printable ASCII in foldable words, else encoded-words separated by spaces,
 * at which the line may be folded. Never contains CR, LF or NUL.
 */
export function encodeHeaderText(text: string): string {
  const clean = withoutControls(text).trim();
  if (/^[ -~]*$/.test(clean) && !clean.includes('=?') && !/(?:^| )[^ ]{76}/.test(clean)) return clean;
  return wordsOf(clean)
    .map((part) => WORD_START + Buffer.from(part, 'utf8').toString('base64') + WORD_END)
    .join(' ');
}

/** Cuts between characters, never inside one. */
function wordsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let room = WORD_OCTETS;
  for (const character of text) {
    const octets = Buffer.byteLength(character, 'utf8');
    if (octets > room) {
      parts.push(part);
      part = '';
      room = WORD_OCTETS;
    }
    part += character;
    room -= octets;
  }
  if (part !== '') parts.push(part);
  return parts;
}
