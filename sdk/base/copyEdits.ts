// Where the copies of a message differ from its stored octets: what they leave out, and what they show in its place.
import type { ByteRange } from './byteRange.js';

/** Octets that no copy shows: none where `start` equals `end`. */
export interface CopyEdit extends ByteRange {
  /** What every copy shows in their place, as Latin-1. Default: nothing. */
  readonly instead?: string;
}

/** The edits in order, touching and overlapping ones joined, so that no octet counts twice. What stands inside another one goes with that. */
export function joinEdits(edits: readonly CopyEdit[]): readonly CopyEdit[] {
  const joined: CopyEdit[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = joined.at(-1);
    const isBlank = edit.instead === undefined;
    if (isBlank && edit.end <= edit.start) continue;
    const isInside = last !== undefined && edit.start < last.end;
    const touches = last !== undefined && edit.start === last.end && isBlank && last.instead === undefined;
    if (last !== undefined && (isInside || touches)) joined[joined.length - 1] = { ...last, end: Math.max(last.end, edit.end) };
    else joined.push(edit);
  }
  return joined;
}

/** Octets that a copy has more than the message; below 0 where it has less. `edits`: joined. */
export function octetsAdded(edits: readonly CopyEdit[]): number {
  return edits.reduce((octets, { start, end, instead = '' }) => octets + instead.length - (end - start), 0);
}

/** Makes a copy's octets out of a message's, which come in pieces from its beginning. `edits`: joined. */
export class EditedOctets {
  #next = 0;
  /** Octets that have come. */
  #position = 0;
  /** Up to here all is shown or left out; may lie ahead of what has come. */
  #done = 0;

  constructor(private readonly edits: readonly CopyEdit[]) {}

  /** What a copy shows of the next piece: the piece itself where nothing is edited. */
  take(octets: Uint8Array): readonly Uint8Array[] {
    const start = this.#position;
    const end = start + octets.length;
    const pieces: Uint8Array[] = [];
    for (let edit = this.edits[this.#next]; edit !== undefined && edit.start < end; edit = this.edits[this.#next]) {
      if (edit.start > this.#done) pieces.push(octets.subarray(this.#done - start, edit.start - start));
      if (edit.instead !== undefined) pieces.push(Buffer.from(edit.instead, 'latin1'));
      this.#done = Math.max(this.#done, edit.end);
      this.#next += 1;
    }
    if (this.#done <= start && octets.length > 0) pieces.push(octets);
    else if (this.#done < end) pieces.push(octets.subarray(this.#done - start));
    this.#done = Math.max(this.#done, end);
    this.#position = end;
    return pieces;
  }

  /** What stands behind the last octet. */
  end(): readonly Uint8Array[] {
    const rest = this.edits.slice(this.#next).flatMap(({ instead }) => (instead === undefined ? [] : [Buffer.from(instead, 'latin1')]));
    this.#next = this.edits.length;
    return rest;
  }
}
