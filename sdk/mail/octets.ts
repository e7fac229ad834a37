// Octets as Node's Buffer, whose searches run in native code. No copy is made.

export const CR = 13;
export const LF = 10;
export const SPACE = 32;
export const TAB = 9;
export const COLON = 58;

/** The same memory as a Buffer. */
export function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

/** Space or tab: the white space of RFC 5322 inside a line. */
export function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB;
}
