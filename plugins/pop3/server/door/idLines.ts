// Unique ids on their way to a door, one a line: a mailbox may hold a hundred thousand. Pure.
import type { UniqueIds } from '../pop3Desk.js';

const LF = 0x0a;

/** The ids of messages 1 to `count`. */
export function idLines(ids: UniqueIds, count: number): ArrayBuffer {
  let text = '';
  for (let number = 1; number <= count; number += 1) text += `${ids(number)}\n`;
  const octets = Buffer.allocUnsafeSlow(text.length);
  octets.write(text, 'latin1');
  return octets.buffer;
}

export function linesOf(octets: ArrayBuffer): UniqueIds {
  const text = Buffer.from(octets);
  const ends: number[] = [];
  for (let at = text.indexOf(LF); at >= 0; at = text.indexOf(LF, at + 1)) ends.push(at);
  return (number) => text.toString('latin1', number === 1 ? 0 : (ends[number - 2] ?? 0) + 1, ends[number - 1] ?? 0);
}
