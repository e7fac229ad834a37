// Header octets that a copy does not show.
import type { ByteRange } from '../../base/byteRange.js';

/** The ranges in order, touching and overlapping ones joined, so that no octet counts twice. */
export function joinRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joined: ByteRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (range.end <= range.start) continue;
    if (last === undefined || range.start > last.end) joined.push(range);
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return joined;
}

export function octetsIn(ranges: readonly ByteRange[]): number {
  return ranges.reduce((octets, range) => octets + range.end - range.start, 0);
}

/** The pieces of `octets` that show. They stand at `position` of the message; `ranges` are joined. */
export function shown(octets: Uint8Array, position: number, ranges: readonly ByteRange[]): readonly Uint8Array[] {
  const end = position + octets.length;
  const pieces: Uint8Array[] = [];
  let from = position;
  for (const range of ranges) {
    if (range.end <= from || range.start >= end) continue;
    if (range.start > from) pieces.push(octets.subarray(from - position, range.start - position));
    from = range.end;
  }
  if (from < end) pieces.push(octets.subarray(Math.max(0, from - position)));
  return pieces;
}
