// Whether something that looks like an answer stands in a message: where an end was damaged, the answer to the next command follows in its text.

const STATUSES = ['+OK', '-ERR'].map((status) => Buffer.from(status));
const LONGEST = 4;
/** A space or a line end stands behind a status (RFC 1939 section 3), wherever in a line that is: the end of the line before may be missing too. */
const BEHIND = new Set([0x20, 0x0d, 0x0a]);

export class AnswerSearch {
  /** Whether the octets begin with an answer. */
  static atStart(octets: Buffer): boolean {
    return STATUSES.some((status) => octets.subarray(0, status.length).equals(status) && isBehind(octets[status.length]));
  }

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
    if (isBehind(octets[at + status.length])) return true;
  }
  return false;
}

function isBehind(octet: number | undefined): boolean {
  return octet !== undefined && BEHIND.has(octet);
}
