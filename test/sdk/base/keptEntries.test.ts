import { KeptEntries } from '@postroom/sdk/base';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { failureOf } from '../../kit/failureOf.js';
import { MemoryStorages } from '../../kit/memoryStorages.js';

const MINUTE = 60_000;
type Words = readonly string[];

/** Adds a word once. */
const learn =
  (word: string) =>
  (words: Words = []): Words =>
    words.includes(word) ? words : [...words, word];

describe('what a plugin keeps by name', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let clock: VirtualClock;
  let storages: MemoryStorages;
  let one: KeptEntries<Words>;
  let other: KeptEntries<Words>;
  const start = async (): Promise<KeptEntries<Words>> => {
    const entries = new KeptEntries<Words>(storages.forPlugin('acme.x'), 'words/', clock);
    await entries.load();
    return entries;
  };
  beforeEach(async () => {
    clock = new VirtualClock();
    storages = new MemoryStorages();
    [one, other] = [await start(), await start()];
  });
  afterEach(() => {
    one.dispose();
    other.dispose();
    expect(clock.pending).to.equal(0);
  });
  const kept = (): unknown => storages.entries.get('acme.x words/company');

  it('is known at once, and kept soon', async () => {
    const kept = one.change('company', learn('a'));
    expect([one.get('company'), one.names, one.get('works')]).to.deep.equal([['a'], ['company'], undefined]);
    await kept;
    const later = await start();
    expect(later.get('company')).to.deep.equal(['a']);
    later.dispose();
  });

  it('is known to the other servers within a minute, what is gone as well', async () => {
    await one.change('company', learn('a'));
    await clock.advance(MINUTE);
    await clock.advance(0);
    expect(other.get('company')).to.deep.equal(['a']);
    await one.change('company', () => undefined);
    await clock.advance(MINUTE);
    await clock.advance(0);
    expect([other.get('company'), other.names]).to.deep.equal([undefined, []]);
  });

  it('loses nothing of what two servers learn, and each knows the whole when it has learned', async () => {
    await one.change('company', learn('a'));
    await Promise.all([other.change('company', learn('b')), one.change('company', learn('c')), one.change('company', learn('d'))]);
    expect(kept()).to.have.members(['a', 'b', 'c', 'd']);
    expect(one.get('company')).to.have.members(['a', 'b', 'c', 'd']);
    expect(other.get('company')).to.include.members(['a', 'b']);
  });

  it('is not what was read before it changed', async () => {
    const storage = storages.forPlugin('acme.x');
    await storage.set('words/company', ['old']);
    let read: () => void = () => undefined;
    const slow = {
      ...storage,
      get: async (key: string) => {
        const value = await storage.get(key);
        await new Promise<void>((resolve) => (read = resolve));
        return value;
      },
    };
    const entries = new KeptEntries<Words>(slow, 'words/', clock);
    const loading = entries.load();
    await clock.advance(0);
    await entries.change('company', learn('new'));
    read();
    await loading;
    expect(entries.get('company')).to.deep.equal(['old', 'new']);
    entries.dispose();
  });

  it('writes nothing where there is nothing to change, and stays the same object while nothing changes', async () => {
    await one.change('company', learn('a'));
    const known = one.get('company');
    storages.entries.delete('acme.x words/company');
    await one.change('company', learn('a'));
    expect(kept()).to.equal(undefined);
    await storages.forPlugin('acme.x').set('words/company', ['a']);
    await clock.advance(MINUTE);
    await clock.advance(0);
    expect(one.get('company')).to.equal(known);
  });

  it('is known here though it could not be kept', async () => {
    const away = new Error('The store is away.');
    const storage = { ...storages.forPlugin('acme.x'), update: () => Promise.reject(away) };
    const entries = new KeptEntries<Words>(storage, 'words/', clock);
    expect(await failureOf(entries.change('company', learn('a')))).to.equal(away);
    expect(entries.get('company')).to.deep.equal(['a']);
    entries.dispose();
  });
});
