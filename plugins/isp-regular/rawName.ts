// Names that a sender's program wrote in octets of its country, undeclared. The header reader takes what is not UTF-8 for Windows-1252, in which
// every octet is a character: so the octets can be had back, and read as the account's charset has them.

/** What Windows-1252 has in the place of the control characters 0x80 to 0x9F. */
const BEYOND_LATIN_1 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** The name in that charset (a label of the WHATWG Encoding Standard); `undefined` where it is ASCII, was UTF-8, or is no text in that charset. */
export function nameInCharset(name: string, charset: string): string | undefined {
  if (charset === 'windows-1252' || /^[\0-\x7f]*$/.test(name)) return undefined;
  const octets: number[] = [];
  for (const character of name) {
    const place = BEYOND_LATIN_1.indexOf(character);
    const octet = place >= 0 ? 0x80 + place : (character.codePointAt(0) ?? 0);
    if (octet > 0xff) return undefined;
    octets.push(octet);
  }
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Uint8Array.from(octets));
  } catch {
    return undefined;
  }
}
