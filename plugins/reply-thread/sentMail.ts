// Remembers who sent which message, for 400 days, by at most two million names: its id, what the ISP calls it, to whom about what. An id belongs to
// who used it first; a second author makes it ambiguous, for as long as it is remembered: mail programs choose ids, so an id alone proves nothing.
import { isSameMailbox, type MailboxRef, type PluginStorage } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { idHash } from './messageIds.js';

/** Days for which an answer still finds its way. */
export const REMEMBERED_DAYS = 400;
/** A bucket is one entry of the plugin's state; with 4,096 of them the oldest messages of a full bucket are forgotten first. */
const BUCKET_DIGITS = 3;
const PREFIX = 'sent/';
export const MOST_PER_BUCKET = 500;
/** An entry of the state may have 64 KB. */
const MOST_OCTETS = 60_000;
const MOST_AUTHORS = 3;
const MOST_DOMAINS = 8;
const DAY_MS = 86_400_000;
/** What other servers began is known here so soon. */
const LIST_AGAIN_MS = 60_000;

/** Who sent a message, as he was called then, and where to. A device without a login has the account's name and no other. */
export interface Author {
  readonly mailbox: MailboxRef;
  /** Domains of the recipients, hashed; `undefined` where they were not kept. */
  readonly domains: readonly string[] | undefined;
}

type StoredAuthor = readonly [account: string, user: string, domains?: string];
/** Hash, the day since 1970 on which it was sent last, its authors. */
type Sent = readonly [hash: string, day: number, ...authors: StoredAuthor[]];

export class SentMail {
  /** What is on its way into the state, by hash. */
  readonly #pending = new Map<string, readonly StoredAuthor[]>();
  /** Names of the buckets that there are: most messages answer nothing of ours, and need no reading then. Other servers on the store begin some as well. */
  #buckets: Promise<Set<string>> | undefined;
  /** Those that were written here: a listing may have begun before. */
  readonly #own = new Set<string>();
  #listedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly state: PluginStorage,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** `name`: a Message-ID, or another name of the message. `domains`: where it went. Resolves after the commit. The message is found at once. */
  remember(name: string, author: MailboxRef, at: Date, domains: readonly string[] = []): Promise<void> {
    const hash = idHash(name);
    const bucket = bucketOf(hash);
    const stored: StoredAuthor = [author.account ?? '', author.user, hashedDomains(domains)];
    const pending = [...(this.#pending.get(hash) ?? []), stored];
    this.#pending.set(hash, pending);
    return this.#write(bucket, hash, stored, dayOf(at)).finally(() => {
      const rest = (this.#pending.get(hash) ?? []).filter((each) => each !== stored);
      if (rest.length > 0) this.#pending.set(hash, rest);
      else this.#pending.delete(hash);
    });
  }

  /**
   * Who sent the message that has one of these names; several where they are ambiguous; none where they are unknown, or expired by `at`. A name that
   * one has used and a second name that another has used are ambiguous together.
   */
  async authorsOf(names: readonly string[], at: Date): Promise<readonly Author[]> {
    const found: StoredAuthor[] = [];
    for (const name of names) found.push(...(await this.#storedAuthorsOf(name, at)));
    return together(found).map(([account, user, domains]) => ({
      mailbox: { account: account === '' ? undefined : account, user },
      domains: domains?.split('.').filter((each) => each !== ''),
    }));
  }

  async #storedAuthorsOf(name: string, at: Date): Promise<readonly StoredAuthor[]> {
    const hash = idHash(name);
    const bucket = bucketOf(hash);
    const pending = this.#pending.get(hash) ?? [];
    if (pending.length === 0 && !this.#own.has(bucket) && !(await this.#known()).has(bucket)) return [];
    const oldest = dayOf(at) - REMEMBERED_DAYS;
    const sent = (await this.#read(bucket)).find((entry) => entry[0] === hash && entry[1] >= oldest);
    return [...(sent?.slice(2) ?? []), ...pending] as StoredAuthor[];
  }

  async #write(bucket: string, hash: string, author: StoredAuthor, day: number): Promise<void> {
    const oldest = day - REMEMBERED_DAYS;
    const withSent = (kept: unknown): readonly Sent[] => {
      const all = ((kept ?? []) as readonly Sent[]).filter((entry) => entry[1] >= oldest);
      const former = all.find((entry) => entry[0] === hash);
      const sent: Sent = [hash, day, ...together([...((former?.slice(2) ?? []) as StoredAuthor[]), author])];
      return withinBounds([...all.filter((entry) => entry !== former), sent]);
    };
    this.#own.add(bucket);
    await this.state.update(bucket, withSent, new Date((day + REMEMBERED_DAYS + 1) * DAY_MS));
  }

  #known(): Promise<Set<string>> {
    const now = this.clock.monotonic();
    if (this.#buckets !== undefined && now - this.#listedAt < LIST_AGAIN_MS) return this.#buckets;
    this.#listedAt = now;
    const before = this.#buckets;
    this.#buckets = this.#listed().catch((error: unknown) => {
      this.#buckets = before;
      if (before === undefined) throw error;
      return before;
    });
    return this.#buckets;
  }

  /** A listing has 1,000 keys at most. */
  async #listed(): Promise<Set<string>> {
    const starts = Array.from('0123456789abcdef', (digit) => this.state.keys(PREFIX + digit));
    return new Set((await Promise.all(starts)).flat());
  }

  async #read(bucket: string): Promise<readonly Sent[]> {
    return ((await this.state.get(bucket)) ?? []) as readonly Sent[];
  }
}

/** Each author once, the first ones; what each has sent goes to all the domains together. */
function together(authors: readonly StoredAuthor[]): readonly StoredAuthor[] {
  const found: StoredAuthor[] = [];
  for (const author of authors) {
    const place = found.findIndex((other) => isSameMailbox(refOf(other), refOf(author)));
    const known = found[place];
    if (known === undefined) found.push(author);
    else if (known[2] !== undefined && author[2] !== undefined) {
      const domains = [...new Set(`${known[2]}.${author[2]}`.split('.'))].filter((each) => each !== '');
      found[place] = [known[0], known[1], domains.slice(0, MOST_DOMAINS).join('.')];
    }
  }
  return found.slice(0, MOST_AUTHORS);
}

function refOf([account, user]: StoredAuthor): MailboxRef {
  return { account, user };
}

/**
 * Forgets what there is no room for: the oldest message of the author who has most in the bucket, so that no author can push out an id of a colleague's by
 * sending many messages; ids with several authors last, or they would have one again.
 */
export function withinBounds(entries: readonly Sent[]): readonly Sent[] {
  const kept = [...entries];
  while (kept.length > MOST_PER_BUCKET || Buffer.byteLength(JSON.stringify(kept)) > MOST_OCTETS) {
    const counts = new Map<string, number>();
    for (const entry of kept) if (entry.length === 3) counts.set(authorKey(entry), (counts.get(authorKey(entry)) ?? 0) + 1);
    const [busiest] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
    kept.splice(
      Math.max(
        0,
        kept.findIndex((entry) => entry.length === 3 && authorKey(entry) === busiest),
      ),
      1,
    );
  }
  return kept;
}

function authorKey([, , author]: Sent): string {
  return `${author?.[0]}/${author?.[1].toLowerCase()}`;
}

function hashedDomains(domains: readonly string[]): string {
  return [...new Set(domains)].slice(0, MOST_DOMAINS).map(domainHash).join('.');
}

/** Enough to recognise a domain among a few. */
export function domainHash(domain: string): string {
  return idHash(domain.toLowerCase()).slice(0, 6);
}

/** Days since 1970. */
function dayOf(at: Date): number {
  return Math.floor(at.getTime() / DAY_MS);
}

function bucketOf(hash: string): string {
  return PREFIX + hash.slice(0, BUCKET_DIGITS);
}
