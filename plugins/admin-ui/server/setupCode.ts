// The one-time code that lets somebody at another computer set ADMIN1's first password: it stands on the server's console only.
import { randomInt, timingSafeEqual } from 'node:crypto';

/** Letters and digits that nobody confuses when copying from a screen. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const TRIES = 5;

export class SetupCode {
  #code = newCode();
  #failures = 0;

  /** `announce` gets every new code to show. */
  constructor(private readonly announce: (code: string) => void) {}

  show(): void {
    this.announce(this.#code);
  }

  /** A right code counts once. After five wrong ones there is another. */
  take(given: string): boolean {
    const right = isSame(given.replace(/[^A-Z0-9]/gi, '').toUpperCase(), this.#code.replace('-', ''));
    this.#failures += right ? 0 : 1;
    if (right || this.#failures >= TRIES) {
      this.#code = newCode();
      this.#failures = 0;
      if (!right) {
        this.show();
      }
    }
    return right;
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
