// What every store promises of the documents that its servers share.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Documents } from '../../services.js';
import { failureOf } from './failureOf.js';
import { needs } from './needs.js';
import type { StorePlace, TestedStore } from './testedStore.js';

const MEGABYTE = 2 ** 20;

export function documentSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`Documents on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(() => place.dispose());

    const text = (name: string): Promise<string | undefined> => textOf(store.documents, name);
    const write = (name: string, content: string, replaces?: string): Promise<string> => written(store.documents, name, content, replaces);

    it('has none at first, and keeps what is put with its version', async () => {
      expect([await store.documents.get('a.json'), await store.documents.version('a.json')]).to.deep.equal([undefined, undefined]);
      const version = await write('a.json', 'one');
      expect(await text('a.json')).to.equal('one');
      expect((await store.documents.get('a.json'))?.version).to.equal(version);
      expect(await store.documents.version('a.json')).to.equal(version);
    });

    it('puts nothing in the place of a version that is not there any more, or of one that never was', async () => {
      const first = await write('a.json', 'one');
      expect(await store.documents.put('a.json', Buffer.from('new'), undefined), 'there is one').to.equal('conflict');
      expect(await store.documents.put('b.json', Buffer.from('new'), first), 'there is none').to.equal('conflict');
      const second = await write('a.json', 'two', first);
      expect(await store.documents.put('a.json', Buffer.from('three'), first)).to.equal('conflict');
      expect([await text('a.json'), await text('b.json')]).to.deep.equal(['two', undefined]);
      await write('a.json', 'four', second);
      expect(await text('a.json')).to.equal('four');
    });

    it('removes the version that is named, and no other', async () => {
      const first = await write('tls/a.pem', 'one');
      const second = await write('tls/a.pem', 'two', first);
      expect(await store.documents.remove('tls/a.pem', first)).to.equal('conflict');
      expect(await store.documents.remove('tls/b.pem', first)).to.equal('conflict');
      expect(await text('tls/a.pem')).to.equal('two');
      expect(await store.documents.remove('tls/a.pem', second)).to.equal('removed');
      expect(await text('tls/a.pem')).to.equal(undefined);
      await write('tls/a.pem', 'three');
    });

    it('lists names by their beginning, in order', async () => {
      for (const name of ['tls/b.pem', 'plugins/acme/tool.tgz', 'tls/a.pem', 'secrets.json', 'tls-old', 'tls/deep/c.pem'])
        await write(name, name);
      expect(await store.documents.list('')).to.deep.equal([
        'plugins/acme/tool.tgz',
        'secrets.json',
        'tls-old',
        'tls/a.pem',
        'tls/b.pem',
        'tls/deep/c.pem',
      ]);
      expect(await store.documents.list('tls/')).to.deep.equal(['tls/a.pem', 'tls/b.pem', 'tls/deep/c.pem']);
      expect(await store.documents.list('tls/b')).to.deep.equal(['tls/b.pem']);
      expect(await store.documents.list('%')).to.deep.equal([]);
    });

    it('refuses names that could be taken for something else, in a sentence', async () => {
      const octets = Buffer.from('x');
      for (const name of ['', '/a', 'a/', 'a//b', '..', 'a/../b', '.hidden', 'a/.b', 'a b', 'a\\b', "a'b", 'ü', 'a\0', 'x'.repeat(201)]) {
        const { documents } = store;
        for (const refused of [
          () => documents.get(name),
          () => documents.version(name),
          () => documents.put(name, octets, undefined),
          () => documents.remove(name, 'x'),
        ]) {
          expect(await failureOf(refused()), name)
            .to.be.instanceOf(TypeError)
            .with.property('message')
            .that.includes("cannot be a document's name");
        }
      }
      await write('A-z_0.9/x', 'fine');
    });

    it('gives back every octet as it was put: 00 to FF, none at all, 8 MB, and no more than 64 MB', async function () {
      this.timeout(60_000);
      const all = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
      const large = Buffer.alloc(8 * MEGABYTE, all);
      for (const [name, octets] of [
        ['all', all],
        ['none', Buffer.alloc(0)],
        ['large', large],
      ] as const) {
        const put = await store.documents.put(name, octets, undefined);
        const found = await store.documents.get(name);
        expect(Buffer.compare(found?.octets ?? Buffer.from('?'), octets), name).to.equal(0);
        expect(put, name).to.deep.equal({ version: found?.version });
        await write(name, 'other', found?.version);
      }
      const beyond = await failureOf(store.documents.put('beyond', Buffer.alloc(64 * MEGABYTE + 1), undefined));
      expect([beyond.code, beyond.message]).to.deep.equal([
        'store/full',
        'The document beyond has more than 64 MB, which is the most that one may have.',
      ]);
    });

    it('lets one of twenty writers at once win each turn, and loses nothing of what any of them added', () => addAtOnce([store.documents]));

    it('keeps them over a restart, with their versions', async () => {
      const version = await write('tls/a.pem', 'one');
      await write('b.json', 'two');
      await place.close(store);
      store = await place.open();
      expect([await text('tls/a.pem'), await text('b.json')]).to.deep.equal(['one', 'two']);
      await write('tls/a.pem', 'three', version);
    });

    it('tells those who listen of a change, and of a removal', async () => {
      const { documents } = store;
      const changed = heard(documents, 'tls/', async () => (await text('tls/a.pem')) === 'one');
      const version = await write('tls/a.pem', 'one');
      await changed;
      const removed = heard(documents, 'tls/', async () => (await text('tls/a.pem')) === undefined);
      await documents.remove('tls/a.pem', version);
      await removed;
    });
  });
}

/** Of places that two servers can have open at once. */
export function sharedDocumentSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`Documents of two servers on ${engine}`, () => {
    let place: StorePlace;
    let north: Documents;
    let south: Documents;
    beforeEach(async function () {
      place = await make();
      needs(this, place, 'several');
      north = (await place.open({ server: 'north' })).documents;
      south = (await place.open({ server: 'south' })).documents;
    });
    afterEach(() => place.dispose());

    it('are the same: what one writes the other hears of, and replaces', async () => {
      expect([north.isShared, south.isShared]).to.deep.equal([true, true]);
      const changed = heard(south, 'secrets.json', async () => (await textOf(south, 'secrets.json')) === 'one');
      const version = await written(north, 'secrets.json', 'one');
      await changed;
      await written(south, 'secrets.json', 'two', version);
      expect(await textOf(north, 'secrets.json'), 'at once: what is written is read').to.equal('two');
    });

    it('lose nothing of what twenty writers on both add at once', () => addAtOnce([north, south]));
  });
}

async function textOf(documents: Documents, name: string): Promise<string | undefined> {
  const found = await documents.get(name);
  return found && Buffer.from(found.octets).toString();
}

/** Answers the version. */
async function written(documents: Documents, name: string, text: string, replaces?: string): Promise<string> {
  const put = await documents.put(name, Buffer.from(text), replaces);
  if (put === 'conflict') throw new Error(`${name} was there in another version.`);
  return put.version;
}

/** Twenty writers add three lines each, again where another one was faster. */
async function addAtOnce(servers: readonly Documents[]): Promise<void> {
  let conflicts = 0;
  const adding = Array.from({ length: 20 }, async (_, writer) => {
    const documents = servers[writer % servers.length] as Documents;
    for (let turn = 0; turn < 3; ) {
      const found = await documents.get('count');
      const lines = found === undefined ? '' : Buffer.from(found.octets).toString();
      const put = await documents.put('count', Buffer.from(`${lines}${writer} ${turn}\n`), found?.version);
      if (put === 'conflict') conflicts += 1;
      else turn += 1;
    }
  });
  await Promise.all(adding);
  const lines = (await textOf(servers[0] as Documents, 'count'))?.trimEnd().split('\n') ?? [];
  expect([lines.length, new Set(lines).size]).to.deep.equal([60, 60]);
  expect(conflicts, 'they met').to.be.greaterThan(0);
}

/** Resolves when a change is told after which `isIt` holds. */
function heard(documents: Documents, prefix: string, isIt: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const listening = documents.onDidChange(prefix, () => {
      isIt().then((is) => {
        if (!is) return;
        void listening.dispose();
        resolve();
      }, reject);
    });
  });
}
