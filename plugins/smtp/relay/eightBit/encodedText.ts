// Header text beyond ASCII as encoded-words (RFC 2047) and parameters as in RFC 2231. Text is octets in Latin-1, one character each. Pure.
import { domainToASCII } from 'node:url';
import { parametersOf } from './partHeader.js';

const EIGHT_BIT = /[\x80-\xff]/;
/** An encoded-word has at most 75 characters (RFC 2047 section 2), charset and marks included. */
const WORD = 75;
/** Encoded characters in one piece of a parameter. */
const PIECE = 48;
const SPACES = /((?:[ \t]|\r?\n)+)/;
/** White space, a quoted string, an address in brackets, a separator, a word. What is none of them is a comment. */
const PIECE_OF_ADDRESSES = /(?:[ \t]|\r?\n)+|"(?:[^"\\]|\\[\s\S])*"?|<[^>]*>?|[,;:>)\r]|[^ \t\r\n"<>(),;:]+/y;
const ENCODED_WORD = /^=\?[^?]+\?[BbQq]\?[^?]*\?=$/;

export function is8Bit(text: string): boolean {
  return EIGHT_BIT.test(text);
}

/** UTF-8 where the octets are that, else `otherwise`. */
export function charsetOf(text: string, otherwise: string): string {
  return utf8(text) === undefined ? otherwise : 'utf-8';
}

/** Text of words and white space; words that are ASCII stay as they are. */
export function encodeText(text: string, charset: string): string {
  return encodeTokens(
    text.split(SPACES).map((raw, place) => ({ raw, shown: raw, isSpace: place % 2 === 1 })),
    charset,
  );
}

/** Names, comments and addresses. `undefined` where an address itself is not ASCII: there is no other way to write it (RFC 6857 loses it). */
export function encodeAddresses(value: string, charset: string): string | undefined {
  let out = '';
  let phrase: Token[] = [];
  let isLost = false;
  const flush = (): void => {
    out += encodeTokens(phrase, charset);
    phrase = [];
  };
  for (let at = 0; at < value.length; ) {
    PIECE_OF_ADDRESSES.lastIndex = at;
    const [raw] = PIECE_OF_ADDRESSES.exec(value) ?? [commentAt(value, at)];
    at += raw.length;
    const first = raw[0] ?? '';
    if (first === '(') {
      flush();
      out += encodeComment(raw, charset);
    } else if (first === '<' || (raw.includes('@') && first !== '"')) {
      flush();
      const path = asciiAddress(raw);
      isLost ||= path === undefined;
      out += path ?? raw;
    } else if (/[,;:>)\r]/.test(first)) {
      flush();
      out += raw;
    } else if (first === '"') {
      isLost ||= is8Bit(raw) && value[at] === '@';
      phrase.push({ raw, shown: raw.slice(1, raw.endsWith('"') ? -1 : undefined).replace(/\\([\s\S])/g, '$1'), isSpace: false });
    } else {
      phrase.push({ raw, shown: raw, isSpace: SPACES.test(first) });
    }
  }
  flush();
  return isLost ? undefined : out;
}

/** `text/plain; name="..."`: each value that is not ASCII in the form of RFC 2231. One that stands there in that form as well is left out. */
export function encodeParameters(value: string, charset: string): string {
  const parameters = parametersOf(value);
  const names = new Set(parameters.map(({ name }) => name));
  let out = '';
  let from = 0;
  for (const { start, end, name, value: text } of parameters) {
    const raw = value.slice(start, end);
    if (!is8Bit(raw) || is8Bit(name)) continue;
    out += value.slice(from, start - 1);
    from = end;
    if (names.has(`${name}*`) || names.has(`${name}*0`) || names.has(`${name}*0*`)) continue;
    out += name.includes('*') ? `;${raw.replace(/[\x80-\xff]/g, percent)}` : extended(name, text, charset);
  }
  return withoutEightBit(out + value.slice(from));
}

/** What can be written in no other way, and is never shown. */
export function withoutEightBit(text: string): string {
  return text.replace(/[\x80-\xff]/g, '?');
}

interface Token {
  readonly raw: string;
  /** What a reader sees of it. */
  readonly shown: string;
  readonly isSpace: boolean;
}

/** White space between two encoded-words is not shown, so it is encoded with them. */
function encodeTokens(tokens: readonly Token[], charset: string): string {
  const isEncoded = (token: Token | undefined): boolean => token !== undefined && !token.isSpace && is8Bit(token.raw);
  const space = (place: number, neighbour: number): string => {
    const token = tokens[place];
    return token?.isSpace && ENCODED_WORD.test(tokens[neighbour]?.raw ?? '') ? token.shown : '';
  };
  let out = '';
  for (let at = 0; at < tokens.length; at++) {
    if (!isEncoded(tokens[at])) {
      out += tokens[at]?.raw ?? '';
      continue;
    }
    const first = at;
    while (isEncoded(tokens[at + 1]) || (tokens[at + 1]?.isSpace && isEncoded(tokens[at + 2]))) at++;
    const shown = tokens.slice(first, at + 1).map((token) => token.shown);
    const text = [space(first - 1, first - 2), ...shown, space(at + 1, at + 2)].join('').replace(/\r?\n/g, '');
    // An encoded-word stands between white space.
    const gap = (place: number): string => (tokens[place] !== undefined && !tokens[place]?.isSpace ? ' ' : '');
    out += gap(first - 1) + encodedWords(text, charset) + gap(at + 1);
  }
  return out;
}

function encodeComment(raw: string, charset: string): string {
  if (!is8Bit(raw)) return raw;
  return raw
    .split(/([()])/)
    .map((text) =>
      encodeText(
        text.replace(/\\([\s\S])/g, (whole, character: string) => (is8Bit(character) ? character : whole)),
        charset,
      ),
    )
    .join('');
}

/** The comment that begins there, with those in it. */
function commentAt(value: string, from: number): string {
  let depth = 0;
  for (let at = from; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === '(') depth++;
    else if (value[at] === ')' && --depth === 0) return value.slice(from, at + 1);
  }
  return value.slice(from);
}

/** With an international domain as A-labels. */
function asciiAddress(text: string): string | undefined {
  if (!is8Bit(text)) return text;
  const at = text.lastIndexOf('@');
  const [, domain = '', rest = ''] = /^([^>\s]*)([\s\S]*)$/.exec(text.slice(at + 1)) ?? [];
  const ascii = at === -1 || is8Bit(text.slice(0, at)) || is8Bit(rest) ? '' : domainToASCII(utf8(domain) ?? '');
  return ascii === '' ? undefined : `${text.slice(0, at + 1)}${ascii}${rest}`;
}

function encodedWords(text: string, charset: string): string {
  const room = WORD - `=?${charset}?B??=`.length;
  const isBase64 = (text.match(/[\x80-\xff]/g)?.length ?? 0) * 2 > text.length;
  const encode = (octets: string): string =>
    isBase64 ? Buffer.from(octets, 'latin1').toString('base64') : octets.replace(/[^A-Za-z0-9!*+/-]/g, quote);
  const words: string[] = [];
  let octets = '';
  for (const character of charactersOf(text, charset)) {
    if (octets !== '' && encode(octets + character).length > room) {
      words.push(octets);
      octets = '';
    }
    octets += character;
  }
  return [...words, octets].map((word) => `=?${charset}?${isBase64 ? 'B' : 'Q'}?${encode(word)}?=`).join('\r\n ');
}

/** No character may be cut in two (RFC 2047 section 5). */
function charactersOf(text: string, charset: string): readonly string[] {
  const decoded = charset === 'utf-8' ? utf8(text) : undefined;
  return decoded === undefined ? [...text] : [...decoded].map((character) => Buffer.from(character).toString('latin1'));
}

function quote(character: string): string {
  return character === ' ' ? '_' : `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function extended(name: string, value: string, charset: string): string {
  const text = value.replace(/\r?\n/g, '').replace(/[^A-Za-z0-9!#$&+.^_`{|}~-]/g, percent);
  const pieces = text.match(new RegExp(`(?:%..|[^%]){1,${PIECE}}`, 'g')) ?? [];
  if (pieces.length === 1) return `;\r\n ${name}*=${charset}''${text}`;
  return pieces.map((piece, place) => `;\r\n ${name}*${place}*=${place === 0 ? `${charset}''` : ''}${piece}`).join('');
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function utf8(text: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return undefined;
  }
}
