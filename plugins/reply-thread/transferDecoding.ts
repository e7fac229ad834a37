// Content-Transfer-Encoding (RFC 2045 section 6) as far as ids need it: octets as Latin-1 text in, the same out, in linear time. Pure.

/** A first line of it: programs say so of text that they have not encoded. */
const BASE64 = /^\s*[\w+/=]+[ \t]*(?:\r?\n|$)/;

/** `text` as it was before it was encoded; what names no encoding that changes octets stays as it is. Never throws. */
export function decoded(text: string, encoding: string): string {
  const name = encoding.toLowerCase();
  if (name.includes('base64') && BASE64.test(text)) return withoutZeros(Buffer.from(text, 'base64').toString('latin1'));
  return withoutZeros(name.includes('quoted-printable') ? fromQuotedPrintable(text) : text);
}

/** Soft line breaks vanish; what is no pair of hexadecimal digits stays (RFC 2045 section 6.7). */
export function fromQuotedPrintable(text: string): string {
  return text
    .replace(/=[ \t]*\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Encoded-words (RFC 2047) in an id, as some libraries write what is too long for a line; those side by side are one. */
export function fromEncodedWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?[\w*-]{1,40}\?([bq])\?([^?\s]*)\?=/gi, (_all, form: string, word: string) =>
      decoded(word, FORMS[form.toLowerCase()] ?? ''),
    );
}

const FORMS: Readonly<Record<string, string>> = { b: 'base64', q: 'quoted-printable' };

/** UTF-16 reads as ASCII once the zeros between its letters are gone. */
function withoutZeros(text: string): string {
  return text.replaceAll('\0', '');
}
