// The one-time code that lets somebody set ADMIN1's first password who cannot be known for the owner: it stands on the server's console only.
import { randomInt, timingSafeEqual } from 'node:crypto';
import { clientPlace } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

/** Letters and digits that are not confused when copied from a screen. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const TRIES = 5;
/** Wrong codes of one place that cost nothing; then 1 s, doubled with each further one, as wrong passwords do. */
const FREE_TRIES = 6;
const LONGEST_WAIT_MS = 60_000;
const MOST_PLACES = 1000;

interface Failures {
  readonly count: number;
  readonly last: number;
}

export class SetupCode {
  #code = newCode();
  #failures = 0;
  readonly #places = new Map<string, Failures>();

  /** `announce` gets every new code to show. */
  constructor(
    private readonly announce: (code: string) => void,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  show(): void {
    this.announce(this.#code);
  }

  /** A right code counts once. After five wrong ones there is another. `wait`: too many from there, not even looked at. */
  take(given: string, address: string): 'right' | 'wrong' | 'wait' {
    const place = clientPlace(address);
    if (this.#waitMs(place) > 0) return 'wait';
    const right = isSame(given.replace(/[^A-Z0-9]/gi, '').toUpperCase(), this.#code.replace('-', ''));
    this.#failures += right ? 0 : 1;
    if (!right) this.#failed(place);
    if (right || this.#failures >= TRIES) {
      this.#code = newCode();
      this.#failures = 0;
      if (!right) {
        this.show();
      }
    }
    return right ? 'right' : 'wrong';
  }

  #waitMs(place: string): number {
    const known = this.#places.get(place);
    if (known === undefined || known.count < FREE_TRIES) return 0;
    return Math.min(1000 * 2 ** (known.count - FREE_TRIES), LONGEST_WAIT_MS) - (this.clock.monotonic() - known.last);
  }

  #failed(place: string): void {
    if (this.#places.size >= MOST_PLACES) this.#places.clear();
    this.#places.set(place, { count: (this.#places.get(place)?.count ?? 0) + 1, last: this.clock.monotonic() });
  }
}

function newCode(): string {
  const letters = Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
