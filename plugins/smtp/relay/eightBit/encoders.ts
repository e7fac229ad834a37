// Octets of any kind as lines of ASCII (RFC 2045 section 6), piece by piece.

export interface ContentEncoder {
  push(octets: Buffer): Buffer;
  /** What was held back. `isLast`: nothing of the message follows, so that the last line needs its end. */
  end(isLast: boolean): Buffer;
}

const CR = 0x0d;
const LF = 0x0a;
const EQUALS = 0x3d;
const HEX = Buffer.from('0123456789ABCDEF');
/** With the `=` of a soft line break. */
const LINE = 76;
const SOFT_BREAK = Buffer.from('=\r\n');
const CRLF = Buffer.from('\r\n');

/**
 * Quoted-printable. CRLF stays a line end; a CR or LF that stands alone is an octet like any other. `isQuotedAlready`: the octets are quoted-printable
 * with some that should have been quoted and were not; what is quoted stays so.
 */
export class QuotedPrintable implements ContentEncoder {
  #out = Buffer.alloc(0);
  #size = 0;
  #column = 0;
  #held: Buffer = Buffer.alloc(0);

  constructor(private readonly isQuotedAlready = false) {}

  push(octets: Buffer): Buffer {
    return this.#encode(this.#held.length === 0 ? octets : Buffer.concat([this.#held, octets]), false);
  }

  end(): Buffer {
    return this.#encode(this.#held, true);
  }

  #encode(octets: Buffer, isEnd: boolean): Buffer {
    // Each octet becomes three at most, with a soft break for every 72 of those.
    this.#out = Buffer.allocUnsafe(octets.length * 4 + 16);
    this.#size = 0;
    let at = 0;
    while (at < octets.length) {
      // What an octet becomes may depend on the two behind it.
      if (!isEnd && octets.length - at < 3) break;
      at += this.#take(octets, at);
    }
    this.#held = Buffer.from(octets.subarray(at));
    return this.#out.subarray(0, this.#size);
  }

  /** Answers how many octets were taken. */
  #take(octets: Buffer, at: number): number {
    const octet = octets[at] ?? 0;
    const next = octets[at + 1];
    if (octet === CR && next === LF) {
      this.#put(CR, LF);
      this.#column = 0;
      return 2;
    }
    if (octet === EQUALS && this.isQuotedAlready) return this.#takeQuoted(octets, at);
    const isSpace = octet === 0x20 || octet === 0x09;
    const isLineEnd = next === undefined || (next === CR && octets[at + 2] === LF);
    // White space at the end of a line would be taken for padding.
    if (isSpace ? !isLineEnd || this.isQuotedAlready : octet > 0x20 && octet < 0x7f && octet !== EQUALS) {
      this.#makeRoom(1, isLineEnd);
      this.#put(octet);
    } else this.#quote(octet, isLineEnd);
    return 1;
  }

  /** `=C3`, a soft line break, or a lone `=`, which decoders leave as it is. */
  #takeQuoted(octets: Buffer, at: number): number {
    const length = isHex(octets[at + 1]) && isHex(octets[at + 2]) ? 3 : 1;
    this.#makeRoom(length, length === 1);
    this.#put(...octets.subarray(at, at + length));
    return length;
  }

  #quote(octet: number, isLineEnd: boolean): void {
    this.#makeRoom(3, isLineEnd);
    this.#put(EQUALS, HEX[octet >> 4] ?? 0, HEX[octet & 15] ?? 0);
  }

  #makeRoom(length: number, isLineEnd: boolean): void {
    if (this.#column + length > LINE - (isLineEnd ? 0 : 1)) {
      this.#put(...SOFT_BREAK);
      this.#column = 0;
    }
    this.#column += length;
  }

  #put(...octets: readonly number[]): void {
    for (const octet of octets) this.#out[this.#size++] = octet;
  }
}

function isHex(octet: number | undefined): boolean {
  return octet !== undefined && /[0-9A-Fa-f]/.test(String.fromCharCode(octet));
}

export class Base64 implements ContentEncoder {
  #held: Buffer = Buffer.alloc(0);
  #hasLine = false;

  push(octets: Buffer): Buffer {
    const all = this.#held.length === 0 ? octets : Buffer.concat([this.#held, octets]);
    const whole = all.length - (all.length % OCTETS_OF_LINE);
    this.#held = Buffer.from(all.subarray(whole));
    const lines: string[] = [];
    for (let at = 0; at < whole; at += OCTETS_OF_LINE) lines.push(this.#line(all.subarray(at, at + OCTETS_OF_LINE)));
    return Buffer.from(lines.join(''), 'latin1');
  }

  end(isLast: boolean): Buffer {
    const line = this.#held.length === 0 ? '' : this.#line(this.#held);
    return Buffer.concat([Buffer.from(line, 'latin1'), isLast ? CRLF : Buffer.alloc(0)]);
  }

  /** The line end of one stands before the next: the last one's belongs to the boundary. */
  #line(octets: Buffer): string {
    const text = `${this.#hasLine ? '\r\n' : ''}${octets.toString('base64')}`;
    this.#hasLine = true;
    return text;
  }
}

const OCTETS_OF_LINE = 57;

/** Leaves octets beyond ASCII out: what decoders of base64 do as well. */
export class AsciiOnly implements ContentEncoder {
  push(octets: Buffer): Buffer {
    return octets.filter((octet) => octet < 0x80) as Buffer;
  }

  end(): Buffer {
    return Buffer.alloc(0);
  }
}
