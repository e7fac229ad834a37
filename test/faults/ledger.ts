// The ledger of an outside checker: every promise that was made, held against what the store and the ISP have in the end.

import { createHash } from 'node:crypto';
import path from 'node:path';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';

/** `made`: 250 was said, or the ISP holds it. `open`: the answer was cut off; one copy or none is right. `refused`: no copy is right. */
export type PromiseState = 'made' | 'open' | 'refused';

interface Expected {
  state: PromiseState;
  /** Mailboxes, `company/andrew`, that get one copy each. */
  readonly mailboxes: readonly string[];
  /** Recipients outside that get it once. */
  readonly outside: readonly string[];
  /** Recipient outside who does not exist: the author is told once. */
  readonly bouncing: string | undefined;
  /** SHA-256 of the octets as sent; `undefined` where the server adds to them. */
  readonly hash: string | undefined;
  readonly life: number;
}

/** What a client did with a copy: `key` is `message-id mailbox`. */
type Removal = 'confirmed' | 'open';

export interface Verdict {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly stalled: readonly string[];
}

/** A message, once for each copy that it has or had; once without a mailbox where it has none. */
export interface CopyRow {
  readonly message_id: string;
  readonly disposition: string;
  readonly hash: string;
  readonly mailbox: string | null;
  readonly removed_at: number | null;
}

/** What a store has, of whichever engine. */
export interface Holdings {
  /** Without notices. */
  readonly copies: readonly CopyRow[];
  /** Octets of each notice. */
  readonly bounces: readonly string[];
  /** Recipients whose mail is in the Outbox. */
  readonly waiting: readonly string[];
}

const COPIES = `SELECT message.message_id, disposition, lower(hex(content_hash)) AS hash, removed_at,
    CASE WHEN mailbox.id IS NULL THEN NULL ELSE mailbox.account || '/' || mailbox.user END AS mailbox
  FROM message LEFT JOIN placement ON placement.message_id = message.id LEFT JOIN mailbox ON mailbox.id = mailbox_id
  WHERE origin <> 'bounce'`;
const BOUNCES = `SELECT message.id, CAST(chunk.octets AS TEXT) AS text FROM message JOIN chunk ON chunk.id >> 20 = message.id WHERE origin = 'bounce'`;

export class Ledger {
  readonly #expected = new Map<string, Expected>();
  readonly #removed = new Map<string, Removal>();
  /** How often the ISP took it: by recipient, and by message and recipient. */
  readonly #received = new Map<string, number>();
  /** Recipients whose one documented second copy may come. */
  readonly #windows = new Map<string, number>();
  readonly #told = new Set<string>();
  doubledInWindow = 0;

  expect(id: string, expected: Partial<Omit<Expected, 'hash'>> & { readonly octets?: Buffer; readonly life: number }): void {
    const { state = 'made', mailboxes = [], outside = [], bouncing, octets, life } = expected;
    this.#expected.set(id, {
      state,
      mailboxes,
      outside,
      bouncing,
      life,
      hash: octets && createHash('sha256').update(octets).digest('hex'),
    });
  }

  settle(id: string, state: PromiseState): void {
    const expected = this.#expected.get(id);
    if (expected !== undefined) expected.state = state;
  }

  /** What was confirmed stays so. */
  removed(id: string, mailbox: string, removal: Removal): void {
    const key = `${id} ${mailbox}`;
    if (this.#removed.get(key) !== 'confirmed') this.#removed.set(key, removal);
  }

  /** The server said that nothing of it was done. */
  notRemoved(id: string, mailbox: string): void {
    const key = `${id} ${mailbox}`;
    if (this.#removed.get(key) === 'open') this.#removed.delete(key);
  }

  /** A client sees a copy in a mailbox. What is wrong with that; `undefined` where nothing is. */
  seen(id: string, mailbox: string): string | undefined {
    const expected = this.#expected.get(id);
    if (expected?.mailboxes.includes(mailbox) !== true) return `${mailbox} is shown ${id}, which is not for it`;
    return this.#removed.get(`${id} ${mailbox}`) === 'confirmed' ? `${mailbox} is shown ${id}, which was deleted there` : undefined;
  }

  /** The ISP took a message to somebody outside. */
  received(recipient: string, messageId: string): void {
    for (const key of [recipient, `${messageId} ${recipient}`]) this.#received.set(key, (this.#received.get(key) ?? 0) + 1);
  }

  /** After a kill, before anything is sent again: what still waits here and has been received there may come a second time. */
  openWindows(waiting: readonly string[]): number {
    let opened = 0;
    for (const recipient of waiting) {
      const times = this.#received.get(recipient) ?? 0;
      if (times > 0 && (this.#windows.get(recipient) ?? 0) < times) {
        this.#windows.set(recipient, times);
        opened += 1;
      }
    }
    return opened;
  }

  /** A server said of so many tries that nobody knows how they ended: each may be followed by another one. */
  openWindow(recipient: string, tries: number): void {
    this.#windows.set(recipient, Math.max(tries, this.#windows.get(recipient) ?? 0));
  }

  /** What is wrong in a data folder and was not told before. */
  async judge(dataDir: string, leftAtIsp: number): Promise<Verdict> {
    const connection = await Connection.open(path.join(dataDir, 'postroom.db'), 'read');
    try {
      const copies = await connection.all<CopyRow>(COPIES);
      const bounces = await connection.all<{ text: string }>(BOUNCES);
      const waiting = await connection.all<{ recipient: string }>('SELECT recipient FROM outbox');
      const holdings = { copies, bounces: bounces.map(({ text }) => text), waiting: waiting.map(({ recipient }) => recipient) };
      return this.judgeHoldings(holdings, leftAtIsp);
    } finally {
      await connection.close();
    }
  }

  /** The same of any store. */
  judgeHoldings({ copies, bounces, waiting }: Holdings, leftAtIsp: number): Verdict {
    const { lost, doubled } = this.#judgeMessages(copies, bounces, new Set(waiting));
    const stalled = [
      ...(leftAtIsp > 0 ? [`${leftAtIsp} messages are still at the ISP`] : []),
      ...waiting.map((recipient) => `mail to ${recipient} still waits`),
      ...copies.filter((row) => row.disposition !== 'deliver').map((row) => `${row.message_id} is set aside`),
    ];
    return { lost: this.#news(lost), doubled: this.#news(doubled), stalled: this.#news(stalled) };
  }

  #judgeMessages(
    copies: readonly CopyRow[],
    bounces: readonly string[],
    waiting: ReadonlySet<string>,
  ): { lost: string[]; doubled: string[] } {
    const lost: string[] = [];
    const doubled: string[] = [];
    const byCopy = new Map<string, CopyRow[]>();
    const hashes = new Map<string, string>();
    for (const row of copies) {
      hashes.set(row.message_id, row.hash);
      if (row.mailbox === null) continue;
      byCopy.set(`${row.message_id} ${row.mailbox}`, [...(byCopy.get(`${row.message_id} ${row.mailbox}`) ?? []), row]);
      // What the ledger was not told of is the test's own.
      if (this.#expected.get(row.message_id)?.mailboxes.includes(row.mailbox) === false)
        doubled.push(`${row.message_id} is in ${row.mailbox}, which is not to have it`);
    }
    const told = timesTold(bounces);
    for (const [id, expected] of this.#expected) {
      const counts = expected.mailboxes.map((mailbox) => byCopy.get(`${id} ${mailbox}`)?.length ?? 0);
      const sent = expected.outside.map((recipient) => this.#received.get(`${id} ${recipient}`) ?? 0);
      const isThere =
        counts.some((count) => count > 0) ||
        sent.some((count) => count > 0) ||
        expected.outside.some((recipient) => waiting.has(recipient));
      for (const [index, count] of counts.entries()) {
        if (count > 1) doubled.push(`${id} is ${count} times in ${expected.mailboxes[index]}`);
        // All or none: an unanswered submission that is here is here for everybody.
        if (count === 0 && (expected.state === 'made' || (expected.state === 'open' && isThere)))
          lost.push(`${id} is not in ${expected.mailboxes[index]}`);
      }
      for (const [index, count] of sent.entries()) {
        const recipient = expected.outside[index] ?? '';
        const allowed = 1 + (this.#windows.get(recipient) ?? 0);
        if (count > allowed) doubled.push(`${id} went ${count} times to ${recipient}`);
        else if (count > 1) this.#countWindow(`${id} ${recipient}`, count - 1);
        if (count === 0 && !waiting.has(recipient) && (expected.state === 'made' || isThere)) lost.push(`${id} never went to ${recipient}`);
      }
      if (expected.bouncing !== undefined && !waiting.has(expected.bouncing)) {
        const times = told.get(expected.bouncing) ?? 0;
        if (times > 1) doubled.push(`the bounce of ${expected.bouncing} came ${times} times`);
        if (times === 0 && (expected.state === 'made' || isThere)) lost.push(`nobody heard that ${expected.bouncing} got nothing`);
      }
      if (expected.hash !== undefined && hashes.has(id) && hashes.get(id) !== expected.hash) lost.push(`${id} has other octets`);
      if (expected.state === 'refused' && isThere) doubled.push(`${id} was refused and is here`);
      for (const mailbox of expected.mailboxes) lost.push(...this.#judgeRemoval(id, mailbox, byCopy.get(`${id} ${mailbox}`) ?? []));
    }
    return { lost, doubled };
  }

  #judgeRemoval(id: string, mailbox: string, rows: readonly CopyRow[]): readonly string[] {
    const removal = this.#removed.get(`${id} ${mailbox}`);
    const gone = rows.some((row) => row.removed_at !== null);
    if (removal === 'confirmed' && rows.length > 0 && !gone) return [`${id} was deleted from ${mailbox} and is there again`];
    return removal === undefined && gone ? [`${id} vanished from ${mailbox} though nobody deleted it`] : [];
  }

  #countWindow(key: string, times: number): void {
    if (this.#told.has(`window ${key} ${times}`)) return;
    this.#told.add(`window ${key} ${times}`);
    this.doubledInWindow += 1;
  }

  #news(sentences: readonly string[]): readonly string[] {
    const fresh = sentences.filter((sentence) => !this.#told.has(sentence));
    for (const sentence of fresh) this.#told.add(sentence);
    return fresh;
  }
}

/** How many notices tell of each recipient. */
function timesTold(bounces: readonly string[]): ReadonlyMap<string, number> {
  const told = new Map<string, number>();
  for (const [, recipient = ''] of bounces.join('\n').matchAll(/^Final-Recipient: rfc822; (\S+)/gm)) {
    told.set(recipient, (told.get(recipient) ?? 0) + 1);
  }
  return told;
}
