// The text of an address field before it is cut into tokens: the blanks of web pages made plain, the quotes around all of it taken off. Every octet keeps
// its place.
import { isUtf8 } from 'node:buffer';

/** White space beyond ASCII, in the octets of UTF-8: no-break, thin, ideographic and their like. */
const WIDE_BLANKS = /\xc2\xa0|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80/g;
/** A no-break space in the octets of a country's charset; between other octets it may be half of a character. */
const LONE_BLANK = /(?<=^|[\0-\x7f])\xa0(?=[\0-\x7f]|$)/g;
/** An apostrophe where a word begins or ends. */
const OUTER_QUOTE = /(?<![^\s<,;"])'|'(?![^\s>,;"])/g;

/** `text`: Latin-1 characters for octets. */
export function withPlainBlanks(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  const blanks = isUtf8(Buffer.from(text, 'latin1')) ? WIDE_BLANKS : LONE_BLANK;
  return text.replace(blanks, (found) => ' '.repeat(found.length));
}

/** `'lisa@works.example, john@works.example'`: one pair of apostrophes, around all of it. */
export function withoutOuterQuotes(text: string): string {
  const start = text.search(/\S/);
  if (text[start] !== "'" || !text.trimEnd().endsWith("'")) return text;
  const quotes = [...text.matchAll(OUTER_QUOTE)];
  const end = text.lastIndexOf("'");
  return quotes.length === 2 && end > start ? `${text.slice(0, start)} ${text.slice(start + 1, end)} ${text.slice(end + 1)}` : text;
}
