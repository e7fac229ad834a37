// Makes inputs out of inputs: seeds bent in the ways that formats break by. All chance comes from one seed.
import type { Randomness } from '../plugins/fuzz/randomness.js';

const MOST_STEPS = 6;
/** What ends, opens, closes or escapes something in one format or another. */
const ODD = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  '"',
  "'",
  '\\',
  '(',
  ')',
  '<',
  '>',
  '@',
  ',',
  ';',
  ':',
  '.',
  '\r\n.\r\n',
  '=?',
  '?=',
  '=',
  '%',
  '+',
  '-',
];
const ODD_OCTETS = [0x00, 0x0a, 0x0d, 0x20, 0x2e, 0x7f, 0x80, 0xa0, 0xc3, 0xe2, 0xed, 0xff] as const;
const NUMBERS = ['0', '1', '-1', '255', '256', '65536', '2147483648', '4294967296', '9007199254740993', '1e999', '00000000000000000001'];

export class Mutator {
  constructor(
    private readonly random: Randomness,
    private readonly words: readonly string[],
    private readonly longest: number,
  ) {}

  /** One of the pool, changed. */
  next(pool: readonly Buffer[]): Buffer {
    let octets = this.#oneOf(pool);
    const steps = 1 + this.random.below(MOST_STEPS);
    for (let step = 0; step < steps; step += 1) octets = this.#change(octets, pool).subarray(0, this.longest);
    return Buffer.from(octets);
  }

  #change(octets: Buffer, pool: readonly Buffer[]): Buffer {
    const [from, to] = this.#range(octets);
    const piece = octets.subarray(from, to);
    const put = (middle: Buffer, end = from): Buffer => Buffer.concat([octets.subarray(0, from), middle, octets.subarray(end)]);
    switch (this.random.below(13)) {
      case 0:
        return put(Buffer.alloc(0), to);
      case 1:
        return put(piece);
      case 2:
        return put(Buffer.from(this.random.one(ODD as [string, ...string[]]), 'latin1'));
      case 3:
        return put(Buffer.from(this.#word(), 'latin1'), this.random.below(2) === 0 ? from : to);
      case 4:
        return put(this.random.octets(8), Math.min(to, from + 8));
      case 5:
        return put(Buffer.from([this.random.one(ODD_OCTETS)]), from + 1);
      case 6: {
        const other = this.#oneOf(pool);
        const [start, end] = this.#range(other);
        return put(other.subarray(start, end), this.random.below(2) === 0 ? from : to);
      }
      case 7:
        return Buffer.concat([octets.subarray(0, from), this.#oneOf(pool).subarray(from)]);
      case 8:
        return put(this.#again(piece.length === 0 ? Buffer.from(this.#word(), 'latin1') : piece, octets.length));
      case 9:
        return this.#lines(octets);
      case 10:
        return Buffer.from(
          octets.toString('latin1').replace(/\d+/, () => this.random.one(NUMBERS as [string, ...string[]])),
          'latin1',
        );
      case 11:
        return octets.subarray(0, to);
      default: {
        const bent = Buffer.from(octets);
        if (bent.length > 0)
          bent[Math.min(from, bent.length - 1)] = (bent[Math.min(from, bent.length - 1)] ?? 0) ^ (1 << this.random.below(8));
        return bent;
      }
    }
  }

  /** The same again and again, now and then up to the longest input: what is not linear shows there. */
  #again(piece: Buffer, used: number): Buffer {
    const room = Math.max(0, this.longest - used);
    const size = this.random.below(12) === 0 ? room : Math.min(room, piece.length * (2 + this.random.below(30)));
    return size === 0 ? piece : Buffer.alloc(size, piece);
  }

  /** Two lines change places, or one comes twice. */
  #lines(octets: Buffer): Buffer {
    const lines = octets.toString('latin1').split(/(?<=\n)/);
    const [one, other] = [this.random.below(lines.length), this.random.below(lines.length)];
    const [first = '', second = ''] = [lines[one], lines[other]];
    if (this.random.below(2) === 0) lines.splice(other, 0, first);
    else [lines[one], lines[other]] = [second, first];
    return Buffer.from(lines.join(''), 'latin1');
  }

  #word(): string {
    return this.words[this.random.below(this.words.length)] ?? '';
  }

  #oneOf(pool: readonly Buffer[]): Buffer {
    return pool[this.random.below(pool.length)] ?? Buffer.alloc(0);
  }

  #range(octets: Buffer): readonly [number, number] {
    const from = this.random.below(octets.length + 1);
    return [from, Math.min(octets.length, from + 1 + this.random.below(this.random.one([2, 8, 64, 1_024])))];
  }
}
