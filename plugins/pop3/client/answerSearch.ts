// Whether something that looks like an answer stands in a message: where an end was damaged, the answer to the next command follows in its text.

const STATUSES = ['+OK', '-ERR'].map((status) => Buffer.from(status));
const LONGEST = 4;
/** A space or a line end stands behind a status (RFC 1939 section 3), wherever in a line that is: the end of the line before may be missing too. */
const BEHIND = new Set([0x20, 0x0d, 0x0a]);

export class AnswerSearch {
  hasFound = false;
  #before: Buffer = Buffer.alloc(0);

  take(piece: Buffer): void {
    if (this.hasFound) return;
    const octets = this.#before.length === 0 ? piece : Buffer.concat([this.#before, piece]);
    this.hasFound = STATUSES.some((status) => stands(status, octets));
    this.#before = octets.subarray(-LONGEST);
  }
}

function stands(status: Buffer, octets: Buffer): boolean {
  for (let at = octets.indexOf(status); at >= 0; at = octets.indexOf(status, at + 1)) {
    const next = octets[at + status.length];
    if (next !== undefined && BEHIND.has(next)) return true;
  }
  return false;
}
