// Writes a display name into a header line.

/** A phrase of RFC 5322 section 3.2.5: as it is, quoted, or as encoded-words of at most 75 characters (RFC 2047 section 2). One line, no folding. */
export function encodePhrase(name: string): string {
  const text = name.replace(/\p{Cc}+/gu, ' ');
  if (/^[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*$/.test(text)) return text;
  if (/^[ -~]*$/.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`;
  return encodedWords(text).join(' ');
}

/** `=?UTF-8?B?...?=` takes 12 characters, so 45 octets fit as base64; a character is never cut in two. */
function encodedWords(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > 45) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  if (piece !== '') pieces.push(piece);
  return pieces.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`);
}
