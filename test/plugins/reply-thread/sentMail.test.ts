import type { PluginState } from '@postroom/sdk';
import { expect } from 'chai';
import { idHash } from '#plugins/reply-thread/dist/messageIds.js';
import { MOST_PER_BUCKET, REMEMBERED_DAYS, SentMail } from '#plugins/reply-thread/dist/sentMail.js';

const ANDREW = { account: 'company', user: 'andrew' };
const DAY_MS = 86_400_000;

function memoryState(entries: Map<string, unknown>, commit: Promise<void> = Promise.resolve()): PluginState {
  return {
    get: async (key) => entries.get(key),
    set: async (key, value) => {
      await commit;
      entries.set(key, value);
    },
    delete: async (key) => void entries.delete(key),
    keys: async () => [...entries.keys()],
  };
}

describe('the memory of sent mail', () => {
  it('knows a message before it is committed, and after a restart', async () => {
    const entries = new Map<string, unknown>();
    let commit = (): void => undefined;
    const sent = new SentMail(memoryState(entries, new Promise((resolve) => (commit = resolve))));
    const write = sent.remember('<a@x>', ANDREW, new Date());
    expect(await sent.senderOf('<a@x>', new Date())).to.deep.equal(ANDREW);
    commit();
    await write;
    expect(await new SentMail(memoryState(entries)).senderOf('<a@x>', new Date())).to.deep.equal(ANDREW);
    expect(await sent.senderOf('<b@x>', new Date())).to.equal(undefined);
  });

  it('loses nothing when many messages are written at once', async () => {
    const sent = new SentMail(memoryState(new Map()));
    const ids = Array.from({ length: 5000 }, (_, number) => `<${number}@x>`);
    await Promise.all(ids.map((id) => sent.remember(id, ANDREW, new Date())));
    const senders = await Promise.all(ids.map((id) => sent.senderOf(id, new Date())));
    expect(senders.filter((sender) => sender === undefined)).to.have.length(0);
  });

  it('forgets the oldest when their time is up', async () => {
    const entries = new Map<string, unknown>();
    const sent = new SentMail(memoryState(entries));
    const bucket = idHash('<0@x>').slice(0, 3);
    let number = 1;
    while (!idHash(`<${number}@x>`).startsWith(bucket)) number += 1;
    await sent.remember('<0@x>', ANDREW, new Date(0));
    await sent.remember(`<${number}@x>`, ANDREW, new Date((REMEMBERED_DAYS + 1) * DAY_MS));
    const later = new Date((REMEMBERED_DAYS + 2) * DAY_MS);
    expect(await sent.senderOf('<0@x>', later)).to.equal(undefined);
    expect(await sent.senderOf(`<${number}@x>`, later)).to.deep.equal(ANDREW);
  });

  it('forgets a message on its day, whatever was kept beside it', async () => {
    const sent = new SentMail(memoryState(new Map()));
    await sent.remember('<0@x>', ANDREW, new Date(0));
    expect(await sent.senderOf('<0@x>', new Date(REMEMBERED_DAYS * DAY_MS))).to.deep.equal(ANDREW);
    expect(await sent.senderOf('<0@x>', new Date((REMEMBERED_DAYS + 1) * DAY_MS))).to.equal(undefined);
  });

  it('keeps a bounded number, the newest ones', async () => {
    const hash = idHash('<new@x>');
    const bucket = `sent/${hash.slice(0, 3)}`;
    const others = Array.from({ length: MOST_PER_BUCKET }, (_, number) => [`other ${number}`, 'company', 'greg', 1]);
    const entries = new Map<string, unknown>([[bucket, others]]);
    await new SentMail(memoryState(entries)).remember('<new@x>', ANDREW, new Date(DAY_MS));
    const kept = entries.get(bucket) as readonly (readonly unknown[])[];
    expect(kept.map(([name]) => name)).to.deep.equal([...others.slice(1).map(([name]) => name), hash]);
  });

  it('keeps no Message-ID that could be read', async () => {
    const entries = new Map<string, unknown>();
    await new SentMail(memoryState(entries)).remember('<secret@x>', ANDREW, new Date());
    expect(JSON.stringify([...entries])).to.not.include('secret');
  });
});
