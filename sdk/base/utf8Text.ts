// Text out of octets that somebody else has written.

export const NOT_UTF8 = 'The file is not UTF-8 text. Save it again with the encoding UTF-8.';

/** `undefined` for octets that are no UTF-8. */
export function utf8TextOf(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}
