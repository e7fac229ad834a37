// Random sessions that can be played again: everything comes from one seed.

/** mulberry32: small, fast, good enough to find what nobody thought of. */
export class Randomness {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  one<T>(of: readonly [T, ...T[]]): T {
    return of[this.below(of.length)] ?? of[0];
  }

  octets(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(most + 1) }, () => this.below(256)));
  }

  /** Cuts octets into pieces of random lengths. */
  pieces(octets: Buffer): readonly Buffer[] {
    const pieces: Buffer[] = [];
    for (let start = 0; start < octets.length; ) {
      const end = start + 1 + this.below(this.one([1, 8, 200, 5_000]));
      pieces.push(octets.subarray(start, end));
      start = end;
    }
    return pieces;
  }
}

/** The same each time, or a test would be red by chance; `POSTROOM_FUZZ_SEED` plays another run. */
export function givenRandomness(): Randomness {
  return new Randomness(Number(process.env.POSTROOM_FUZZ_SEED ?? 1));
}
