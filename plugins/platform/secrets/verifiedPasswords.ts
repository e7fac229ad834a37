// Passwords that were right a moment ago. A client that looks for mail every minute should not cost a quarter of a second each time.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@postroom/sdk/services';

const REMEMBER_MS = 10 * 60_000;
const MOST_ENTRIES = 4096;

interface Verified {
  readonly digest: Buffer;
  readonly until: number;
}

/**
 * Remembers, in memory only, a keyed digest of the last right password of each user. The key is made for this process: the digests alone are of no use.
 * Not renewed by use: each password meets scrypt every ten minutes.
 */
export class VerifiedPasswords {
  readonly #key = randomBytes(32);
  readonly #entries = new Map<string, Verified>();

  constructor(private readonly clock: Clock) {}

  has(user: string, password: string): boolean {
    const entry = this.#entries.get(user);
    if (entry === undefined) return false;
    if (entry.until > this.clock.monotonic()) return timingSafeEqual(entry.digest, this.#digest(user, password));
    this.#entries.delete(user);
    return false;
  }

  remember(user: string, password: string): void {
    this.#entries.delete(user);
    this.#entries.set(user, { digest: this.#digest(user, password), until: this.clock.monotonic() + REMEMBER_MS });
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > MOST_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
  }

  forget(user: string): void {
    this.#entries.delete(user);
  }

  #digest(user: string, password: string): Buffer {
    return createHmac('sha256', this.#key).update(user).update('\0').update(password.normalize('NFC')).digest();
  }
}
