// A part of a message.

/** Octets `start` (included) to `end` (excluded), counted from the beginning of the message in CRLF form. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}
