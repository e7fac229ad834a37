// How deep and how full a JSON text is, before anything parses it: a megabyte of brackets or of keys becomes hundreds of megabytes of objects.

export interface JsonShape {
  /** Groups and lists inside each other. */
  readonly depth: number;
  /** Values and names of members. */
  readonly values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/** What is beyond the limits, as the end of a sentence; `undefined` where nothing is. Linear time, no memory; the text need not be JSON. */
export function jsonShapeProblem(text: Uint8Array, { depth: deepest, values: most }: JsonShape): string | undefined {
  let depth = 0;
  let values = 1;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const octet = text[at] as number;
    if (inText) {
      if (octet === BACKSLASH) at += 1;
      else if (octet === QUOTE) inText = false;
    } else if (octet === QUOTE) {
      inText = true;
    } else if (octet === COMMA || octet === COLON) {
      values += 1;
    } else if (OPEN.has(octet)) {
      depth += 1;
      values += 1;
      if (depth > deepest) return `is nested more than ${deepest} deep`;
    } else if (CLOSE.has(octet)) {
      depth -= 1;
    }
    if (values > most) return `holds more than ${most} values`;
  }
  return undefined;
}
