import type { MailboxRef, PluginStorage } from '@postroom/sdk';
import { expect } from 'chai';
import { idHash } from '#plugins/reply-thread/dist/messageIds.js';
import { MOST_PER_BUCKET, REMEMBERED_DAYS, SentMail, withinBounds } from '#plugins/reply-thread/dist/sentMail.js';

const ANDREW = { account: 'company', user: 'andrew' };
const GREG = { account: 'company', user: 'greg' };
const DAY_MS = 86_400_000;
const CLOCK = { monotonic: () => 0 };

function memoryState(entries: Map<string, unknown>, commit: Promise<void> = Promise.resolve()): PluginStorage {
  return {
    get: async (key) => entries.get(key),
    set: async (key, value) => {
      await commit;
      entries.set(key, value);
    },
    update: async (key, change) => {
      await commit;
      const value = change(entries.get(key));
      entries.set(key, value);
      return value;
    },
    delete: async (key) => void entries.delete(key),
    keys: async (prefix) => [...entries.keys()].filter((key) => key.startsWith(prefix)).slice(0, 1000),
  };
}

const authorsOf = async (sent: SentMail, id: string, at = new Date()): Promise<readonly MailboxRef[]> =>
  (await sent.authorsOf([id], at)).map(({ mailbox }) => mailbox);

describe('the memory of sent mail', () => {
  it('knows a message before it is committed, and after a restart', async () => {
    const entries = new Map<string, unknown>();
    let commit = (): void => undefined;
    const sent = new SentMail(memoryState(entries, new Promise((resolve) => (commit = resolve))), CLOCK);
    const write = sent.remember('<a@x>', ANDREW, new Date());
    expect(await authorsOf(sent, '<a@x>')).to.deep.equal([ANDREW]);
    commit();
    await write;
    expect(await authorsOf(new SentMail(memoryState(entries), CLOCK), '<a@x>')).to.deep.equal([ANDREW]);
    expect(await authorsOf(sent, '<b@x>')).to.deep.equal([]);
  });

  it('loses nothing when many messages are written at once', async () => {
    const sent = new SentMail(memoryState(new Map()), CLOCK);
    const ids = Array.from({ length: 5000 }, (_, number) => `<${number}@x>`);
    await Promise.all(ids.map((id) => sent.remember(id, ANDREW, new Date())));
    const authors = await Promise.all(ids.map((id) => authorsOf(sent, id)));
    expect(authors.filter(({ length }) => length !== 1)).to.have.length(0);
  });

  it('of another server is found, at most a minute later', async () => {
    const entries = new Map<string, unknown>();
    let now = 0;
    const clock = { monotonic: () => now };
    const [one, other] = [new SentMail(memoryState(entries), clock), new SentMail(memoryState(entries), clock)];
    expect(await authorsOf(other, '<a@x>')).to.deep.equal([]);
    await one.remember('<a@x>', ANDREW, new Date());
    now = 60_000;
    expect(await authorsOf(other, '<a@x>')).to.deep.equal([ANDREW]);
    await Promise.all([one.remember('<b@x>', ANDREW, new Date()), other.remember('<b@x>', GREG, new Date())]);
    expect(await authorsOf(one, '<b@x>'), 'both have used it').to.have.deep.members([ANDREW, GREG]);
  });

  it('forgets the oldest when their time is up', async () => {
    const entries = new Map<string, unknown>();
    const sent = new SentMail(memoryState(entries), CLOCK);
    const bucket = idHash('<0@x>').slice(0, 3);
    let number = 1;
    while (!idHash(`<${number}@x>`).startsWith(bucket)) number += 1;
    await sent.remember('<0@x>', ANDREW, new Date(0));
    await sent.remember(`<${number}@x>`, ANDREW, new Date((REMEMBERED_DAYS + 1) * DAY_MS));
    const later = new Date((REMEMBERED_DAYS + 2) * DAY_MS);
    expect(await authorsOf(sent, '<0@x>', later)).to.deep.equal([]);
    expect(await authorsOf(sent, `<${number}@x>`, later)).to.deep.equal([ANDREW]);
  });

  it('forgets a message on its day, whatever was kept beside it', async () => {
    const sent = new SentMail(memoryState(new Map()), CLOCK);
    await sent.remember('<0@x>', ANDREW, new Date(0));
    expect(await authorsOf(sent, '<0@x>', new Date(REMEMBERED_DAYS * DAY_MS))).to.deep.equal([ANDREW]);
    expect(await authorsOf(sent, '<0@x>', new Date((REMEMBERED_DAYS + 1) * DAY_MS))).to.deep.equal([]);
  });

  it('keeps a bounded number, the newest ones', async () => {
    const hash = idHash('<new@x>');
    const bucket = `sent/${hash.slice(0, 3)}`;
    const others = Array.from({ length: MOST_PER_BUCKET }, (_, number) => [`other ${number}`, 1, ['company', 'greg']]);
    const entries = new Map<string, unknown>([[bucket, others]]);
    await new SentMail(memoryState(entries), CLOCK).remember('<new@x>', ANDREW, new Date(DAY_MS));
    const kept = entries.get(bucket) as readonly (readonly unknown[])[];
    expect(kept.map(([name]) => name)).to.deep.equal([...others.slice(1).map(([name]) => name), hash]);
  });

  it('keeps no Message-ID that could be read', async () => {
    const entries = new Map<string, unknown>();
    await new SentMail(memoryState(entries), CLOCK).remember('<secret@x>', ANDREW, new Date());
    expect(JSON.stringify([...entries])).to.not.include('secret');
  });

  it('names everybody who has used an id, first the first, over restarts and for as long as it is remembered', async () => {
    const entries = new Map<string, unknown>();
    const day = (count: number): Date => new Date(count * DAY_MS);
    for (const [author, at] of [
      [ANDREW, 0],
      [GREG, 10],
      [GREG, 20],
      [{ account: 'company', user: 'Andrew' }, 30],
    ] as const)
      await new SentMail(memoryState(entries), CLOCK).remember('<a@x>', author, day(at));
    const sent = new SentMail(memoryState(entries), CLOCK);
    expect(await authorsOf(sent, '<a@x>', day(30 + REMEMBERED_DAYS))).to.deep.equal([ANDREW, GREG]);
    expect(await authorsOf(sent, '<a@x>', day(31 + REMEMBERED_DAYS))).to.deep.equal([]);
  });

  it('names both of two who use an id at the same moment', async () => {
    const sent = new SentMail(memoryState(new Map()), CLOCK);
    const writes = [sent.remember('<a@x>', ANDREW, new Date()), sent.remember('<a@x>', GREG, new Date())];
    expect(await authorsOf(sent, '<a@x>')).to.deep.equal([ANDREW, GREG]);
    await Promise.all(writes);
    expect(await authorsOf(sent, '<a@x>')).to.deep.equal([ANDREW, GREG]);
  });

  it('finds all buckets again, however many there are', async () => {
    const entries = new Map<string, unknown>();
    const sent = new SentMail(memoryState(entries), CLOCK);
    const ids = Array.from({ length: 2_000 }, (_, number) => `<${number}@x>`);
    await Promise.all(ids.map((id) => sent.remember(id, ANDREW, new Date())));
    expect(entries.size).to.be.greaterThan(1_000);
    const again = new SentMail(memoryState(entries), CLOCK);
    const authors = await Promise.all(ids.map((id) => authorsOf(again, id)));
    expect(authors.filter(({ length }) => length !== 1)).to.have.length(0);
  });

  it("lets nobody crowd out a colleague's id, nor one that two have used", async () => {
    const day = Math.floor(Date.now() / DAY_MS);
    const mine = Array.from({ length: MOST_PER_BUCKET - 2 }, (_, number) => [`greg ${number}`, day, ['company', 'greg', '']] as const);
    const entries = [
      ['andrew', day, ['company', 'andrew', '']] as const,
      ['both', day, ['company', 'andrew', ''], ['company', 'greg', '']] as const,
      ...mine,
    ];
    let kept = withinBounds(entries);
    for (let more = 0; more < 50; more += 1) kept = withinBounds([...kept, [`greg more ${more}`, day, ['company', 'greg', '']]]);
    expect(kept).to.have.length(MOST_PER_BUCKET);
    expect(kept.slice(0, 2).map(([hash]) => hash)).to.deep.equal(['andrew', 'both']);
    const long = 'x'.repeat(200);
    const large = withinBounds(Array.from({ length: 400 }, (_, number) => [`${number}`, day, [long, `greg${number}`, '']]));
    expect(JSON.stringify(large).length).to.be.lessThan(64 * 1024);
    expect(large.length).to.be.greaterThan(100);
  });
});
