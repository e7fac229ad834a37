// Two servers with one store and a settings.json each: what one of them changes counts on both, and nothing that anybody wrote is lost.
import '#core/base/injection.js';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { etagOf } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { SMALL } from '../../../core/configuration/manifests.js';
import { type SettingsServer, SettingsStore } from './settingsServer.js';

const EVERY = 'timer.everyMinutes';
const DAYS = 'log.keepDays';
const text = (minutes: number | string, days = 30): string => `{\n  // how often\n  "${EVERY}": ${minutes},\n  "${DAYS}": ${days}\n}\n`;
const away = new PostroomError('store/unreachable', 'The database does not answer.');
const leaks = leakCheck();

describe('settings that two servers share', () => {
  let store: SettingsStore;
  let a: SettingsServer;
  let b: SettingsServer;

  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));
  beforeEach(async () => {
    store = new SettingsStore();
    a = await store.server('a');
    b = await store.server('b');
  });
  afterEach(async () => {
    await store.close();
    expect(store.clock.pending).to.equal(0);
  });

  /** Both are open with the same settings. */
  async function begun(): Promise<void> {
    await a.save(text(7));
    await a.open();
    await b.open();
  }
  const minutes = (): readonly unknown[] => [a, b].map(({ settings }) => settings.get(EVERY));
  const set = (server: SettingsServer, value: number, key = EVERY) => server.settings.edit('cli', [{ path: [key], value }]);

  describe('at the first start', () => {
    it('are those that a new server begins with: of two that start at once both have the same', async () => {
      await Promise.all([a.open(), b.open()]);
      expect(store.text).to.be.a('string');
      expect([await a.text(), await b.text()]).to.deep.equal([store.text, store.text]);
      expect(await store.authors()).to.have.length(1);
      expect([a.problems, b.problems]).to.deep.equal([[], []]);
    });

    it('are those of the folder, where none are shared yet', async () => {
      await a.save(text(7));
      await a.open();
      expect(store.text).to.equal(text(7));
      expect(await store.authors()).to.deep.equal(['editor']);
      expect(await a.aside()).to.deep.equal([]);
    });

    it('are those of one of two folders that start at once, and the other one’s are kept beside', async () => {
      await a.save(text(7));
      await b.save(text(8));
      await Promise.all([a.open(), b.open()]);
      const [first = 0, second] = minutes();
      expect(second).to.equal(first);
      expect([await a.text(), await b.text()]).to.deep.equal([store.text, store.text]);
      const other = first === 7 ? b : a;
      const [name = ''] = await other.aside();
      expect(await other.text(name)).to.equal(text(first === 7 ? 8 : 7));
    });

    it('are those that are shared; other ones of the folder are kept beside, with a line in the log', async () => {
      await a.save(text(7));
      await a.open();
      await b.save(text(8));
      await b.open();
      expect(minutes()).to.deep.equal([7, 7]);
      expect(await b.text()).to.equal(text(7));
      const [name = ''] = await b.aside();
      expect(name).to.match(/^settings\.json\.former-2026-11-02T08-00-00$/);
      expect(await b.text(name)).to.equal(text(8));
      expect(b.log.lines.join('\n')).to.include(`It is kept as ${name}.`);
      expect([b.problems, await store.authors()]).to.deep.equal([[], ['editor']]);
    });

    it('are the last good ones where the folder has a broken file, which stays where it is', async () => {
      await a.open();
      await a.close();
      store.documents.remove('settings.json');
      await b.save('{ broken');
      await b.open();
      expect(b.settings.get(EVERY)).to.equal(5);
      expect([await b.text(), store.text]).to.deep.equal(['{ broken', undefined]);
      expect(b.problems).to.have.length(1);
    });
  });

  describe('changed by a command or in the manager', () => {
    beforeEach(begun);

    it('are in the store, in the file of each server, and in force on both', async () => {
      const applied = b.applied();
      expect((await set(a, 9)).ok).to.equal(true);
      expect(await applied).to.equal('another server');
      expect([store.text, await a.text(), await b.text()]).to.deep.equal([text(9), text(9), text(9)]);
      expect(minutes()).to.deep.equal([9, 9]);
      expect([a.heard.at(-1), b.heard.at(-1)]).to.deep.equal(['cli', 'another server']);
    });

    it('are in the history once, by the name of who changed them', async () => {
      const applied = b.applied();
      await set(a, 9);
      await applied;
      const back = a.applied();
      await set(b, 10);
      await back;
      expect(await store.authors()).to.deep.equal(['editor', 'cli', 'cli']);
    });

    it('at the same moment on both, are both there, each in the history once', async () => {
      const changes = await Promise.all([set(a, 9), set(b, 90, DAYS)]);
      expect(changes.map(({ ok }) => ok)).to.deep.equal([true, true]);
      await Promise.all([a, b].map(({ settings }) => settings.reload()));
      expect(store.text).to.equal(text(9, 90));
      expect(minutes()).to.deep.equal([9, 9]);
      // Who is quicker than the other one's history keeps that version too, without the name.
      expect((await store.authors()).slice(-1)).to.deep.equal(['cli']);
      expect(await store.authors()).to.have.length(3);
    });

    it('are refused where another server changed the version that was seen', async () => {
      const { etag } = b.settings;
      b.documents.isDeaf = true;
      await set(a, 9);
      const change = await b.settings.edit('manager:ADMIN1', [{ path: [EVERY], value: 3 }], { etag });
      expect(change).to.include({ ok: false, code: 'settings/conflict' });
      expect(minutes()).to.deep.equal([9, 9]);
      expect(b.settings.etag).to.equal(a.settings.etag);
    });

    it('are refused while the store is away, and nothing changes', async () => {
      a.documents.trouble = away;
      const change = await set(a, 9);
      expect(change).to.include({ ok: false, code: 'data/not-writable' });
      expect(change.problems[0]?.message).to.equal(
        'The settings could not be written into the store, for all servers: The database does not answer. The former settings stay in force.',
      );
      expect([await a.text(), a.settings.get(EVERY)]).to.deep.equal([text(7), 7]);
    });

    it('count where the answer of the store was lost and it has them', async () => {
      a.documents.nextPut = { fails: new PostroomError('store/unknown', 'The answer was lost.'), isStored: true };
      expect((await set(a, 9)).ok).to.equal(true);
      expect([await a.text(), a.settings.get(EVERY)]).to.deep.equal([text(9), 9]);
    });

    it('are refused where the answer of the store was lost and it has them not', async () => {
      a.documents.nextPut = { fails: new PostroomError('store/unknown', 'The answer was lost.'), isStored: false };
      expect(await set(a, 9)).to.include({ ok: false, code: 'data/not-writable' });
      expect([await a.text(), a.settings.get(EVERY)]).to.deep.equal([text(7), 7]);
    });

    it('are in force where the file can’t be written, which is said until it can', async () => {
      b.file.trouble = new Error('no room');
      const judged = b.judged();
      await set(a, 9);
      await judged;
      expect([b.settings.get(EVERY), await b.text()]).to.deep.equal([9, text(7)]);
      expect(b.problems.join()).to.include('settings.json here is not what all servers share').and.include('no room');
      b.documents.trouble = away;
      await b.settings.reload();
      expect(b.settings.get(EVERY), 'an older file does not come back').to.equal(9);
      b.documents.trouble = undefined;
      b.file.trouble = undefined;
      const settled = b.judged();
      await store.clock.advance(5_000);
      await settled;
      expect([await b.text(), b.problems]).to.deep.equal([text(9), []]);
    });
  });

  describe('changed in an editor', () => {
    beforeEach(begun);

    it('count on both servers, and are in the history once', async () => {
      const applied = [a.applied(), b.applied()];
      await a.save(text(9));
      expect(await Promise.all(applied)).to.deep.equal(['editor', 'another server']);
      expect([store.text, await b.text()]).to.deep.equal([text(9), text(9)]);
      expect(await store.authors()).to.deep.equal(['editor', 'editor']);
    });

    it('stay on that machine while they are wrong, with what is wrong; the last good ones count', async () => {
      const judged = a.judged();
      await a.save(text('"often"'));
      await judged;
      expect(a.problems[0]).to.match(/^error: "timer\.everyMinutes" must be a whole number/);
      expect([store.text, await b.text(), b.problems]).to.deep.equal([text(7), text(7), []]);
      expect(minutes()).to.deep.equal([7, 7]);
      const applied = b.applied();
      await a.save(text(8));
      await applied;
      expect(minutes()).to.deep.equal([8, 8]);
      expect(a.problems).to.deep.equal([]);
    });

    it('count as soon as a plugin makes them right', async () => {
      const judged = a.judged();
      await a.save('{ "accounts": { "company": { "kind": "new", "address": "mail@company.com" } } }');
      await judged;
      expect(a.problems[0]).to.include('"kind" must be one of');
      const kinds = [{ kind: 'new', title: 'New', description: 'New.', owns: 'address' as const }];
      const more = { ...SMALL[1], name: 'new', contributes: { accountKinds: kinds } } as (typeof SMALL)[number];
      await a.settings.setManifests([...SMALL, more]);
      expect(a.problems).to.deep.equal([]);
      expect(store.text).to.include('"new"');
    });

    it('are mended by a command that makes them right, for all', async () => {
      const judged = a.judged();
      await a.save(text('"often"', 5));
      await judged;
      const { etag } = a.settings;
      expect((await a.settings.edit('manager:ADMIN1', [{ path: [EVERY], value: 8 }], { etag })).ok).to.equal(true);
      expect([store.text, await a.text()]).to.deep.equal([text(8, 5), text(8, 5)]);
    });

    it('are not written over by somebody who did not see them', async () => {
      const { etag } = a.settings;
      await a.save(text('"often"'));
      const change = await a.settings.replace('manager:ADMIN1', text(3), { etag });
      expect(change).to.include({ ok: false, code: 'settings/conflict' });
      expect(await a.text()).to.equal(text('"often"'));
    });

    it('go back to the last good version by a command', async () => {
      const judged = a.judged();
      await a.save('{ broken');
      await judged;
      expect((await a.settings.undo('cli')).ok).to.equal(true);
      expect([await a.text(), store.text]).to.deep.equal([text(7), text(7)]);
    });

    it('are written again where somebody removes the file', async () => {
      await rm(join(a.folder, 'settings.json'));
      await a.settings.reload();
      expect([await a.text(), a.problems]).to.deep.equal([text(7), []]);
    });

    it('are no change where somebody writes what all servers have already', async () => {
      b.documents.isDeaf = true;
      await set(a, 9);
      await b.save(text(9));
      await b.settings.reload();
      expect([await b.aside(), b.problems, b.settings.get(EVERY)]).to.deep.equal([[], [], 9]);
      const applied = a.applied();
      await b.save(text(10));
      await applied;
      expect(minutes()).to.deep.equal([10, 10]);
    });
  });

  describe('changed in an editor while another server changed them', () => {
    beforeEach(async () => {
      await begun();
      b.documents.isDeaf = true;
      await set(a, 9);
    });

    it('are set aside: what all servers have counts, and people are told what differs', async () => {
      const judged = b.judged();
      await b.save(text(8, 5));
      await judged;
      expect([await b.text(), minutes(), store.text]).to.deep.equal([text(9), [9, 9], text(9)]);
      const [name = ''] = await b.aside();
      expect(name).to.match(/^settings\.json\.conflict-/);
      expect(await b.text(name)).to.equal(text(8, 5));
      const difference = `- "${EVERY}": 9, | - "${DAYS}": 30 | + "${EVERY}": 8, | + "${DAYS}": 5.`;
      expect(b.problems.join()).to.equal(
        `warning: Another server changed the settings while somebody wrote into settings.json here. What was written does not count; it is kept as ${name}: ${difference} Look at it, make the changes again that are still wanted, then remove ${name}.`,
      );
      expect(b.settings.validate().map(({ severity }) => severity)).to.deep.equal(['warning']);
      expect(b.log.lines.join('\n')).to.include(name);
      expect(await store.authors()).to.deep.equal(['editor', 'cli']);
    });

    it('are told of until the file that was set aside is gone, after a restart too', async () => {
      await b.save(text(8));
      await b.settings.reload();
      await b.close();
      await b.open();
      expect(b.problems).to.have.length(1);
      const [name = ''] = await b.aside();
      const judged = b.judged();
      await rm(join(b.folder, name));
      await store.clock.advance(5_000);
      await judged;
      expect(b.problems).to.deep.equal([]);
    });

    it('are told of no more once all servers have what was set aside', async () => {
      await b.save(text(8));
      await b.settings.reload();
      await set(b, 8);
      await b.settings.reload();
      expect([b.problems, store.text]).to.deep.equal([[], text(8)]);
    });

    it('are set aside though they are wrong', async () => {
      await b.save('{ broken');
      await b.settings.reload();
      const [name = ''] = await b.aside();
      expect([await b.text(name), await b.text(), minutes()]).to.deep.equal(['{ broken', text(9), [9, 9]]);
    });

    it('are set aside though nobody can read them, octet for octet', async () => {
      const octets = Buffer.from(`\uFEFF${text(8)}`, 'utf16le');
      await b.save(octets);
      await b.settings.reload();
      const [name = ''] = await b.aside();
      expect(await readFile(join(b.folder, name))).to.deep.equal(octets);
      expect([await b.text(), b.settings.get(EVERY)]).to.deep.equal([text(9), 9]);
      expect(b.problems.join()).to.include('not UTF-8 text');
    });

    it('are told of without lines that may hold a secret', async () => {
      const planted = 'hunter2-planted';
      await b.save(`{\n  "${EVERY}": 8,\n  "accounts": { "company": { "pop3.password": "${planted}" } }\n}`);
      await b.settings.reload();
      expect(b.problems.join()).to.include(`+ "${EVERY}": 8,`).and.include('may hold a secret').and.not.include(planted);
      expect(b.log.lines.join('\n')).to.not.include(planted);
    });

    it('are set aside where a folder stands in the place of the file', async () => {
      await rm(join(b.folder, 'settings.json'));
      await mkdir(join(b.folder, 'settings.json'));
      await b.settings.reload();
      expect([await b.text(), (await b.aside()).length]).to.deep.equal([text(9), 1]);
    });

    it('are each kept under a name of their own, though they are set aside in the same second', async () => {
      await b.save(text(8));
      await b.settings.reload();
      await set(a, 10);
      await b.save(text(11));
      await b.settings.reload();
      const [first = '', second = ''] = await b.aside();
      expect([await b.text(first), await b.text(second)]).to.deep.equal([text(8), text(11)]);
    });

    it('go before a command of that moment, which is made on top of what all have', async () => {
      await b.save(text(8));
      expect((await set(b, 4, DAYS)).ok).to.equal(true);
      expect(store.text).to.equal(text(9, 4));
      expect(await b.aside()).to.have.length(1);
    });
  });

  describe('while the store is away', () => {
    beforeEach(async () => {
      await begun();
      b.documents.trouble = away;
    });

    it('stay as they were last', async () => {
      await b.settings.reload();
      expect([b.settings.get(EVERY), b.problems, await b.text()]).to.deep.equal([7, [], text(7)]);
    });

    it('wait where somebody writes them, which is said, and count when the store is back', async () => {
      const judged = b.judged();
      await b.save(text(8));
      await judged;
      expect(b.problems[0]).to.include('The database does not answer.').and.include('What was written on this machine waits');
      expect([b.settings.get(EVERY), store.text]).to.deep.equal([7, text(7)]);
      await store.clock.advance(5_000);
      await b.settings.reload();
      expect(b.settings.get(EVERY)).to.equal(7);
      b.documents.trouble = undefined;
      const applied = [a.applied(), b.applied()];
      await store.clock.advance(5_000);
      expect(await Promise.all(applied)).to.deep.equal(['another server', 'editor']);
      expect([minutes(), b.problems]).to.deep.equal([[8, 8], []]);
    });

    it('wait where somebody writes them, and are set aside where others changed them meanwhile', async () => {
      await b.save(text(8));
      await b.settings.reload();
      await set(a, 9);
      b.documents.trouble = undefined;
      await b.settings.reload();
      expect([minutes(), await b.text(), (await b.aside()).length]).to.deep.equal([[9, 9], text(9), 1]);
    });

    it('are told wrong at once where they are', async () => {
      const judged = b.judged();
      await b.save('{ broken');
      await judged;
      expect(b.problems).to.have.length(1);
      expect(b.problems[0]).to.not.include('waits');
    });
  });

  describe('after this server was down', () => {
    beforeEach(async () => {
      await begun();
      await b.close();
    });

    it('are what the others made of them', async () => {
      await set(a, 9);
      await b.open();
      expect([b.settings.get(EVERY), await b.text(), await b.aside()]).to.deep.equal([9, text(9), []]);
    });

    it('are what somebody wrote into the file meanwhile, where the others changed nothing', async () => {
      await b.save(text(8));
      const applied = a.applied();
      await b.open();
      await applied;
      expect([minutes(), store.text]).to.deep.equal([[8, 8], text(8)]);
      expect(await store.authors()).to.deep.equal(['editor', 'editor']);
    });

    it('are what the others made of them, where somebody wrote into the file too: that is set aside', async () => {
      await b.save(text(8));
      await set(a, 9);
      await b.open();
      expect([b.settings.get(EVERY), await b.text()]).to.deep.equal([9, text(9)]);
      expect(await b.text((await b.aside())[0])).to.equal(text(8));
      expect(b.problems).to.have.length(1);
    });

    for (const [when, isWritten] of [
      ['before', false],
      ['after', true],
    ] as const)
      it(`by a crash ${when} the file was written, are taken for nobody’s own`, async () => {
        await set(a, 9);
        const record = JSON.parse(await b.text('settings.shared.json')) as object;
        await writeFile(join(b.folder, 'settings.shared.json'), JSON.stringify({ ...record, coming: etagOf(text(9)) }));
        if (isWritten) await b.save(text(9));
        await set(a, 10);
        await b.open();
        expect([b.settings.get(EVERY), await b.text(), await b.aside()]).to.deep.equal([10, text(10), []]);
      });

    it('with the note of its copy lost, are shared, and what differs is kept beside', async () => {
      await rm(join(b.folder, 'settings.shared.json'));
      await set(a, 9);
      await b.open();
      expect([b.settings.get(EVERY), (await b.aside()).length]).to.deep.equal([9, 1]);
    });
  });

  describe('in their history', () => {
    beforeEach(begun);

    it('have each version in its order, where a server ended before it could keep its own', async () => {
      a.revisions = { ...a.revisions, latest: () => store.revisions.latest(), add: () => Promise.reject(new Error('gone')) } as never;
      await a.close();
      await a.open();
      const applied = b.applied();
      await set(a, 9);
      await applied;
      expect(await store.authors()).to.deep.equal(['editor']);
      await set(b, 10);
      expect(await store.authors()).to.deep.equal(['editor', 'another server', 'cli']);
      expect((await b.settings.history()).length).to.equal(3);
    });

    it('have a version that its server has not kept yet, when the next one starts', async () => {
      a.revisions = { ...a.revisions, latest: () => store.revisions.latest(), add: () => Promise.reject(new Error('gone')) } as never;
      await a.close();
      await a.open();
      await set(a, 9);
      await b.close();
      await b.open();
      expect(await store.authors()).to.deep.equal(['editor', 'another server']);
    });

    it('have a version once, where its server keeps it after another one did', async () => {
      let goOn: (() => void) | undefined;
      const reached = new Promise<void>((resolve) => {
        a.revisions = {
          latest: () => store.revisions.latest(),
          list: (limit: number) => store.revisions.list(limit),
          get: (id: number) => store.revisions.get(id),
          add: async (author: string, version: string, after: number) => {
            resolve();
            await new Promise<void>((go) => {
              goOn = go;
            });
            return store.revisions.add(author, version, after);
          },
        };
      });
      await a.close();
      await a.open();
      const slow = set(a, 9);
      await reached;
      await set(b, 10);
      goOn?.();
      await slow;
      expect(await store.authors()).to.deep.equal(['editor', 'another server', 'cli']);
      expect((await store.revisions.latest())?.text).to.equal(text(10));
    });

    it('go back to the version before on any server', async () => {
      const applied = b.applied();
      await set(a, 9);
      await applied;
      expect((await b.settings.undo('cli')).ok).to.equal(true);
      expect(store.text).to.equal(text(7));
    });
  });

  it('stay the last good ones where something else wrote octets into the store that are no text, until a command mends them', async () => {
    await begun();
    store.documents.put('settings.json', Buffer.from([0x7b, 0xff, 0x7d]));
    await a.settings.reload();
    expect([a.settings.get(EVERY), await a.text()]).to.deep.equal([7, text(7)]);
    expect(a.problems.join()).to.include('are not UTF-8 text');
    expect((await a.settings.undo('cli')).ok).to.equal(true);
    await Promise.all([a, b].map(({ settings }) => settings.reload()));
    expect([a.problems, b.problems, store.text]).to.deep.equal([[], [], text(7)]);
  });

  it('stay the last good ones on a server whose plugins don’t take them', async () => {
    await a.save(text(7));
    await a.open();
    const strict = structuredClone(SMALL) as unknown as { contributes: { configuration: { properties: Record<string, object> } } }[];
    Object.assign(strict[0]?.contributes.configuration.properties[EVERY] ?? {}, { maximum: 8 });
    await b.open(strict as unknown as typeof SMALL);
    const judged = b.judged();
    await set(a, 9);
    await judged;
    expect(minutes()).to.deep.equal([9, 7]);
    expect([await b.text(), await b.aside()]).to.deep.equal([text(9), []]);
    expect(b.problems[0]).to.include('must be between 1 and 8');
  });
});
