// What LIST says of a message's octets, held against those that came: a hint (RFC 1939 section 11), which shows where a message was glued to the next
// one, or ended before its end.

const LF = 0x0a;
const CR = 0x0d;
/** Some servers end a message whose last line has no end, and do not count that. */
const LAST_LINE_END = 2;
/** Some servers count CRLF . CRLF. */
const END_OF_ANSWER = 5;

/** How a server has counted: each octet, or a line end as one. `undefined`: in no way that fits. */
export type Counting = 'octets' | 'lines as LF';

/** The octets of a message, counted while they come. */
export class OctetCount {
  octets = 0;
  #crlfs = 0;
  #bareLfs = 0;
  #last = 0;

  take(piece: Buffer): void {
    this.octets += piece.length;
    for (let lf = piece.indexOf(LF); lf >= 0; lf = piece.indexOf(LF, lf + 1)) {
      if ((lf > 0 ? piece[lf - 1] : this.#last) === CR) this.#crlfs += 1;
      else this.#bareLfs += 1;
    }
    this.#last = piece[piece.length - 1] ?? this.#last;
  }

  /** How the server counted if it spoke of exactly this message. `listed`: -1 where it does not say. */
  countingFor(listed: number): Counting | undefined {
    if (listed < 0) return undefined;
    const beyond = this.octets - listed;
    if (beyond === 0 || beyond === LAST_LINE_END) return 'octets';
    return beyond > 0 && (beyond === this.#crlfs || beyond === this.#crlfs + 1) ? 'lines as LF' : undefined;
  }

  /** Whether the server has spoken of more than came, however it counts. */
  isShortOf(listed: number): boolean {
    return listed > this.octets + this.#bareLfs + END_OF_ANSWER;
  }
}

/** Whether sizes can be relied on in a session: a server counts in one way. */
export class ListedSizes {
  #counting: Counting | undefined;

  /**
   * A size that fits by chance, or by a sender's art, is not relied on where the server has counted otherwise before: a message that ended early would
   * be as long as a count of its lines as LF.
   */
  rely(counting: Counting | undefined): boolean {
    this.#counting ??= counting;
    return counting !== undefined && counting === this.#counting;
  }
}
