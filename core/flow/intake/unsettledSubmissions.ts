// Submissions of which nobody knows whether they are stored. Their clients were told to send them again, and are not to have them stored twice.
import { createHash } from 'node:crypto';
import { mailboxName } from '@postroom/sdk';
import { Clock, type Submission } from '@postroom/sdk/services';
import type { UnsettledUnit } from '../settling.js';
import { addressesOf } from './shareRecipients.js';

/** Mail programs and devices try again within minutes, mail servers for days (RFC 5321 section 4.5.4.1): after a day the other copy is the smaller harm. */
const KEPT_MS = 86_400_000;
const MOST = 1_000;

interface Unsettled {
  readonly unit: UnsettledUnit;
  /** Monotonic milliseconds. */
  readonly since: number;
}

/**
 * Kept in the memory of this server, for a day, and no more than a thousand. What that leaves open: a client that comes back through another server of the
 * same store, or after a restart, may have its message stored a second time.
 */
export class UnsettledSubmissions {
  /** By what names a submission; the oldest first. */
  readonly #known = new Map<string, Unsettled>();

  constructor(@Clock private readonly clock: Clock) {}

  remember(submission: Submission, unit: UnsettledUnit): void {
    const key = keyOf(submission, unit.message.contentHash);
    this.#known.delete(key);
    this.#known.set(key, { unit, since: this.clock.monotonic() });
    this.#forgetOld();
  }

  /** The unit of a former try of the same author with the same octets for the same recipients. `contentHash`: SHA-256, hex. */
  find(submission: Submission, contentHash: string): UnsettledUnit | undefined {
    this.#forgetOld();
    return this.#known.get(keyOf(submission, contentHash))?.unit;
  }

  /** It is settled. One that comes again after its client was answered is another message, as a device may send it. */
  forget(submission: Submission, contentHash: string): void {
    this.#known.delete(keyOf(submission, contentHash));
  }

  #forgetOld(): void {
    const now = this.clock.monotonic();
    for (const [key, { since }] of this.#known) {
      if (now - since < KEPT_MS && this.#known.size <= MOST) return;
      this.#known.delete(key);
    }
  }
}

/** A device without a login is known by its address alone. */
function keyOf({ author, client, from, recipients }: Submission, contentHash: string): string {
  const whose = author === undefined ? `at ${client.address}` : mailboxName(author);
  const parts = [whose, from, ...addressesOf(recipients).toSorted(), contentHash];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
