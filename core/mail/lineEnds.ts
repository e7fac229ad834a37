// The first thing that happens to a message: every line end becomes CRLF, so that its size, TOP and RETR agree for ever and no bare
// LF or CR can end a POP3 answer early (SORTING case 90; PROTOCOLS 0.6, P29 to P32).
import { asBuffer, CR, LF } from './octets.js';

const NOTHING = new Uint8Array(0);
const CRLF = Uint8Array.of(CR, LF);
const LONE_LF = Uint8Array.of(LF);

/** Turns every bare LF and bare CR into CRLF, across the borders of pieces. Gives clean pieces back as they are. */
export class LineEndNormaliser {
  /** The last octet handed out was a CR whose LF has not come yet. */
  #afterCr = false;
  #endsLine = true;

  /** The piece in CRLF form; the very buffer that came where nothing needs changing. */
  push(octets: Uint8Array): Uint8Array {
    if (octets.length === 0) return octets;
    const afterCr = this.#afterCr;
    const last = octets[octets.length - 1];
    this.#afterCr = last === CR;
    this.#endsLine = last === LF;
    return isClean(octets, afterCr) ? octets : rewrite(octets, afterCr);
  }

  /** What is missing at the end: nothing, an LF, or a whole CRLF. A message of no octets stays empty. */
  end(): Uint8Array {
    if (this.#afterCr) return LONE_LF;
    return this.#endsLine ? NOTHING : CRLF;
  }
}

/** A whole message in CRLF form, ended by CRLF. */
export function octetsInCrlfForm(octets: Uint8Array): Uint8Array {
  const normaliser = new LineEndNormaliser();
  const lines = normaliser.push(octets);
  const end = normaliser.end();
  return end.length === 0 ? lines : Buffer.concat([lines, end]);
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
