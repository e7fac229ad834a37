// Whether an answer to RETR holds the message at all: servers that lost or cannot read a file may answer with nothing, well ended.
import { firstEmptyLine } from '../headerPrint.js';
import type { OctetCount } from './listedSize.js';

const BLANK = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20]);

/** What came instead of the message, as the end of a sentence; `undefined`: the message came. `listed`: octets by LIST, -1 where it does not say. */
export function notHandedOver(octets: Buffer, count: OctetCount, listed: number): string | undefined {
  if (count.countingFor(listed) !== undefined) return undefined;
  if (isBlank(octets)) return octets.length === 0 ? 'it sent nothing' : 'it sent empty lines';
  // RFC 5322 section 2.1: a message may have no body. LIST says whether this one has.
  if (count.isShortOf(listed) && isBlank(octets.subarray(firstEmptyLine(octets)))) return 'it sent the header alone';
  return undefined;
}

function isBlank(octets: Buffer): boolean {
  return octets.every((octet) => BLANK.has(octet));
}
