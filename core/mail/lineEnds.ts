// The first thing that happens to a message: every line end becomes CRLF, so that its size, TOP and RETR agree for ever and no bare
// LF or CR can end a POP3 answer early (sorting case 90; P29 to P32).
import { asBuffer, CR, LF, leadingEnd, MOST_LEADING, SPACE } from '@postroom/sdk/mail';

const NOTHING = new Uint8Array(0);
const CRLF = Uint8Array.of(CR, LF);
const LONE_LF = Uint8Array.of(LF);
const EMPTY_LINE = Buffer.from('\r\n\r\n');

/**
 * Turns every bare LF and bare CR into CRLF, across the borders of pieces; gives clean pieces back as they are. In the header a bare CR becomes a
 * space: a line end there would begin another field, and who may put a CR into a subject does not write recipients.
 */
export class LineEndNormaliser {
  /** Until the empty line. */
  #header: HeaderLines | undefined = new HeaderLines();
  /** The last octet handed out was a CR whose LF has not come yet. */
  #afterCr = false;
  #endsLine = true;

  /** The piece in CRLF form; the very buffer that came where nothing needs changing. */
  push(octets: Uint8Array): Uint8Array {
    if (octets.length === 0) return octets;
    if (this.#header === undefined) return this.#body(octets);
    const bodyStart = this.#header.isUntouched ? cleanHeaderLength(octets) : 0;
    if (bodyStart > 0) {
      this.#header = undefined;
      return this.#body(octets);
    }
    const { lines, taken } = this.#header.push(octets);
    this.#endsLine = lines.length === 0 ? this.#endsLine : lines[lines.length - 1] === LF;
    if (!this.#header.ended) return lines;
    this.#header = undefined;
    return taken === octets.length ? lines : Buffer.concat([lines, this.#body(octets.subarray(taken))]);
  }

  /** What is missing at the end: nothing, an LF, or a whole CRLF. A message of no octets stays empty. */
  end(): Uint8Array {
    if (this.#afterCr) return LONE_LF;
    return this.#endsLine && this.#header?.isWaiting !== true ? NOTHING : CRLF;
  }

  #body(octets: Uint8Array): Uint8Array {
    const afterCr = this.#afterCr;
    const last = octets[octets.length - 1];
    this.#afterCr = last === CR;
    this.#endsLine = last === LF;
    return isClean(octets, afterCr) ? octets : rewrite(octets, afterCr);
  }
}

/** A whole message in CRLF form, ended by CRLF. */
export function octetsInCrlfForm(octets: Uint8Array): Uint8Array {
  const normaliser = new LineEndNormaliser();
  const lines = normaliser.push(octets);
  const end = normaliser.end();
  return end.length === 0 ? lines : Buffer.concat([lines, end]);
}

/** The header's part of the work, octet by octet: only a header with odd line ends, or one that comes in pieces, goes this way. */
class HeaderLines {
  /** CRs whose next octet has not come yet: with an LF they end the line, however many; else they are white space. */
  #waitingCrs = 0;
  /** Octets in the line so far. */
  #lineLength = 0;
  /** Octets handed out, and the first of them, which may stand before the header. */
  #length = 0;
  readonly #beginning = Buffer.alloc(MOST_LEADING);
  ended = false;
  isUntouched = true;

  get isWaiting(): boolean {
    return this.#waitingCrs > 0;
  }

  /** Takes octets up to the empty line, that one included. */
  push(octets: Uint8Array): { readonly lines: Uint8Array; readonly taken: number } {
    this.isUntouched = false;
    const before = this.#settle(octets);
    const out = Buffer.allocUnsafe(octets.length * 2);
    let to = 0;
    const lines = (): Uint8Array => (before.length === 0 ? out.subarray(0, to) : Buffer.concat([before, out.subarray(0, to)]));
    for (let position = 0; position < octets.length; position += 1) {
      const octet = octets[position] as number;
      if (octet === CR) {
        this.#waitingCrs += 1;
      } else if (octet === LF) {
        out[to++] = CR;
        out[to++] = LF;
        this.#waitingCrs = 0;
        this.#count(CR);
        this.#count(LF);
        this.ended = this.#lineLength === 0 && !this.#isBeforeHeader();
        this.#lineLength = 0;
        if (this.ended) return { lines: lines(), taken: position + 1 };
      } else {
        for (; this.#waitingCrs > 0; this.#waitingCrs -= 1) {
          out[to++] = SPACE;
          this.#count(SPACE);
        }
        out[to++] = octet;
        this.#count(octet);
        this.#lineLength += 1;
      }
    }
    return { lines: lines(), taken: octets.length };
  }

  /** The CRs of former pieces as spaces, once an octet shows that they end no line: there may be as many as the message has octets. */
  #settle(octets: Uint8Array): Uint8Array {
    const next = this.#waitingCrs === 0 ? undefined : octets.find((octet) => octet !== CR);
    if (next === undefined || next === LF) return NOTHING;
    const spaces = Buffer.alloc(this.#waitingCrs, SPACE);
    this.#waitingCrs = 0;
    for (const octet of spaces.subarray(0, MOST_LEADING)) this.#count(octet);
    return spaces;
  }

  #count(octet: number): void {
    if (this.#length < MOST_LEADING) this.#beginning[this.#length] = octet;
    this.#length += 1;
  }

  /** Whether nothing has come but empty lines and their like. */
  #isBeforeHeader(): boolean {
    return this.#length <= MOST_LEADING && leadingEnd(this.#beginning.subarray(0, this.#length)) === this.#length;
  }
}

/** Octets of the header at the beginning of a message where it is in CRLF form already, the empty line included; 0 elsewhere. */
function cleanHeaderLength(octets: Uint8Array): number {
  const end = asBuffer(octets).indexOf(EMPTY_LINE, leadingEnd(octets));
  if (end < 0) return 0;
  const length = end + EMPTY_LINE.length;
  return isClean(octets.subarray(0, length), false) ? length : 0;
}

/** Whether CR and LF come in pairs only. Two native searches per line; a CR at the very end may still get its LF. */
function isClean(octets: Uint8Array, afterCr: boolean): boolean {
  const buffer = asBuffer(octets);
  if (afterCr && buffer[0] !== LF) return false;
  let position = afterCr ? 1 : 0;
  let cr = buffer.indexOf(CR, position);
  let lf = buffer.indexOf(LF, position);
  while (cr >= 0 && lf === cr + 1) {
    position = lf + 1;
    cr = buffer.indexOf(CR, position);
    lf = buffer.indexOf(LF, position);
  }
  return lf < 0 && (cr < 0 || cr === buffer.length - 1);
}

function rewrite(octets: Uint8Array, afterCr: boolean): Uint8Array {
  const out = Buffer.allocUnsafe(octets.length + missing(octets, afterCr));
  let to = 0;
  let previousCr = afterCr;
  for (const octet of octets) {
    if (octet === LF) {
      if (!previousCr) out[to++] = CR;
    } else if (previousCr) {
      out[to++] = LF;
    }
    out[to++] = octet;
    previousCr = octet === CR;
  }
  return out;
}

/** Octets that a rewrite adds. */
function missing(octets: Uint8Array, afterCr: boolean): number {
  let count = 0;
  let previousCr = afterCr;
  for (const octet of octets) {
    if ((octet === LF) !== previousCr) count += 1;
    previousCr = octet === CR;
  }
  return count;
}
