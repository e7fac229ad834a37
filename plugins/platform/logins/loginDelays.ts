// How long to keep somebody waiting who failed to log in. Slows guessing down without locking the office out.

import { clientPlace } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

/** Failures that cost nothing, then 1 s, doubled with each further one up to `longestMs`. */
interface Patience {
  readonly free: number;
  readonly longestMs: number;
}

/** One address at one user: a mistyped password, or a mail client that still has the old one. */
const PAIR: Patience = { free: 3, longestMs: 60_000 };
/** One address at many users: somebody tries names. */
const ADDRESS: Patience = { free: 20, longestMs: 15 * 60_000 };
/** Many addresses at one user. Short, or anybody could lock a colleague out. */
const USER: Patience = { free: 20, longestMs: 30_000 };

const FORGET_AFTER_MS = 60 * 60_000;
const FAMILIAR_FOR_MS = 24 * 60 * 60_000;
const MOST_ENTRIES = 10_000;

interface Failures {
  readonly count: number;
  readonly last: number;
}

export class LoginDelays {
  readonly #pairs = new Map<string, Failures>();
  readonly #addresses = new Map<string, Failures>();
  readonly #users = new Map<string, Failures>();
  /** When this user last logged in from this address: there, other people's failures don't count. */
  readonly #familiar = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until the next attempt is looked at; 0 = now. */
  waitMs(address: string, user: string): number {
    const place = clientPlace(address);
    const pair = pairKey(place, user);
    const own = this.#left(this.#pairs, pair, PAIR);
    if (this.clock.monotonic() - (this.#familiar.get(pair) ?? Number.NEGATIVE_INFINITY) < FAMILIAR_FOR_MS) return own;
    return Math.max(own, this.#left(this.#addresses, place, ADDRESS), this.#left(this.#users, user, USER));
  }

  failed(address: string, user: string): void {
    const place = clientPlace(address);
    const count = this.#count(this.#pairs, pairKey(place, user));
    // One forgotten mail client that fails every minute must not add up against its neighbours.
    if (count > PAIR.free) return;
    this.#count(this.#addresses, place);
    this.#count(this.#users, user);
  }

  succeeded(address: string, user: string): void {
    const pair = pairKey(clientPlace(address), user);
    this.#pairs.delete(pair);
    put(this.#familiar, pair, this.clock.monotonic());
  }

  /** How many entries are held, for tests of the bound. */
  get size(): number {
    return this.#pairs.size + this.#addresses.size + this.#users.size + this.#familiar.size;
  }

  #left(failures: ReadonlyMap<string, Failures>, key: string, { free, longestMs }: Patience): number {
    const known = failures.get(key);
    if (known === undefined || known.count < free) return 0;
    const since = this.clock.monotonic() - known.last;
    if (since > FORGET_AFTER_MS) return 0;
    return Math.max(0, Math.min(1000 * 2 ** (known.count - free), longestMs) - since);
  }

  #count(failures: Map<string, Failures>, key: string): number {
    const now = this.clock.monotonic();
    const known = failures.get(key);
    const count = (known === undefined || now - known.last > FORGET_AFTER_MS ? 0 : known.count) + 1;
    put(failures, key, { count, last: now });
    return count;
  }
}

/** The newest at the end; a tenth goes at once where there are too many, since taking the oldest of a Map one by one is slow. */
function put<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key);
  entries.set(key, value);
  if (entries.size <= MOST_ENTRIES) return;
  for (const oldest of [...entries.keys()].slice(0, MOST_ENTRIES / 10)) entries.delete(oldest);
}

function pairKey(place: string, user: string): string {
  return `${place} ${user}`;
}
