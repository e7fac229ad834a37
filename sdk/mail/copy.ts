// One copy of a message: Postroom's lines on top, then the octets as stored, without what no copy shows and with what was mended.
import { type CopyEdit, EditedOctets, joinEdits } from '../base/copyEdits.js';
import type { Header } from './header.js';

/** The octets of a copy. `octets` are the message's from its beginning; `edits` are joined. */
export async function* composeCopy(
  prefix: Uint8Array,
  octets: AsyncIterable<Uint8Array>,
  edits: readonly CopyEdit[],
): AsyncGenerator<Uint8Array, void, undefined> {
  if (prefix.length > 0) yield prefix;
  const edited = new EditedOctets(edits);
  for await (const piece of octets) yield* edited.take(piece);
  yield* edited.end();
}

/** What a message's copies show otherwise than it is stored: without the fields at these positions (SortPlan.concealed; unknown ones are passed over), the header mended. */
export function editsOf(header: Header, concealed: readonly number[]): readonly CopyEdit[] {
  const fields = concealed.flatMap((index) => header.fields[index] ?? []);
  return joinEdits([...fields.map(({ start, end }) => ({ start, end })), ...header.mends]);
}
