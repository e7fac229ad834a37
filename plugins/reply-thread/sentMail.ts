// Remembers who sent which message, for 400 days and at most two million messages.
import type { MailboxRef, PluginState } from '@postroom/sdk';
import { idHash } from './messageIds.js';

/** Days for which an answer still finds its way. */
export const REMEMBERED_DAYS = 400;
/** A bucket is one entry of the plugin's state; with 4,096 of them the oldest messages of a full bucket are forgotten first. */
const BUCKET_DIGITS = 3;
const PREFIX = 'sent/';
export const MOST_PER_BUCKET = 500;
const DAY_MS = 86_400_000;

/** Hash, account, user, and the day since 1970 on which it was sent. */
type Sent = readonly [hash: string, account: string, user: string, day: number];

export class SentMail {
  /** What is on its way into the state, by hash. */
  readonly #pending = new Map<string, MailboxRef>();
  /** Names of the buckets that there are: most messages answer nothing of ours, and need no reading then. */
  #buckets: Promise<Set<string>> | undefined;
  /** The last write of each bucket: one after the other, or they would overwrite each other. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(private readonly state: PluginState) {}

  /** Resolves after the commit. The message is found at once. */
  remember(messageId: string, author: MailboxRef, at: Date): Promise<void> {
    const hash = idHash(messageId);
    const bucket = bucketOf(hash);
    this.#pending.set(hash, author);
    const write = (this.#writes.get(bucket) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#write(bucket, [hash, author.account ?? '', author.user, dayOf(at)]))
      .finally(() => {
        if (this.#pending.get(hash) === author) this.#pending.delete(hash);
        if (this.#writes.get(bucket) === write) this.#writes.delete(bucket);
      });
    this.#writes.set(bucket, write);
    return write;
  }

  /** Who sent the message, as the user was called then; `undefined` for one that is not known, or by `at` not any more. */
  async senderOf(messageId: string, at: Date): Promise<MailboxRef | undefined> {
    const hash = idHash(messageId);
    const pending = this.#pending.get(hash);
    if (pending !== undefined) return pending;
    const bucket = bucketOf(hash);
    if (!(await this.#known()).has(bucket)) return undefined;
    const oldest = dayOf(at) - REMEMBERED_DAYS;
    const sent = (await this.#read(bucket)).find((entry) => entry[0] === hash && entry[3] >= oldest);
    return sent === undefined ? undefined : { account: sent[1] === '' ? undefined : sent[1], user: sent[2] };
  }

  async #write(bucket: string, sent: Sent): Promise<void> {
    const oldest = sent[3] - REMEMBERED_DAYS;
    const kept = (await this.#read(bucket)).filter((entry) => entry[0] !== sent[0] && entry[3] >= oldest);
    (await this.#known()).add(bucket);
    const expires = new Date((sent[3] + REMEMBERED_DAYS + 1) * DAY_MS);
    await this.state.set(bucket, [...kept, sent].slice(-MOST_PER_BUCKET), expires);
  }

  #known(): Promise<Set<string>> {
    this.#buckets ??= this.state.keys(PREFIX).then(
      (names) => new Set(names),
      (error: unknown) => {
        this.#buckets = undefined;
        throw error;
      },
    );
    return this.#buckets;
  }

  async #read(bucket: string): Promise<readonly Sent[]> {
    return ((await this.state.get(bucket)) ?? []) as readonly Sent[];
  }
}

/** Days since 1970. */
function dayOf(at: Date): number {
  return Math.floor(at.getTime() / DAY_MS);
}

function bucketOf(hash: string): string {
  return PREFIX + hash.slice(0, BUCKET_DIGITS);
}
