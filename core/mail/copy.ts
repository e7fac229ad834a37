// One copy of a message: Postroom's lines on top, then the octets as stored without what no copy shows.
import type { ByteRange } from '../base/byteRange.js';

/** The octets of a copy. `octets` are the message's from its beginning; `concealed` ranges are in order and do not overlap. */
export async function* composeCopy(
  prefix: Uint8Array,
  octets: AsyncIterable<Uint8Array>,
  concealed: readonly ByteRange[],
): AsyncGenerator<Uint8Array, void, undefined> {
  if (prefix.length > 0) yield prefix;
  let offset = 0;
  let next = 0;
  for await (const piece of octets) {
    let from = 0;
    for (let range = concealed[next]; range !== undefined && range.start - offset < piece.length; range = concealed[next]) {
      if (range.start - offset > from) yield piece.subarray(from, range.start - offset);
      from = Math.max(from, Math.min(range.end - offset, piece.length));
      if (range.end - offset > piece.length) break;
      next += 1;
    }
    if (from < piece.length) yield piece.subarray(from);
    offset += piece.length;
  }
}
