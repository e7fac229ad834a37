// A database whose WAL lost its end is noticed by the number of its last commit, which stands in a file beside it as well; nothing else is taken for it.
import { copyFile, cp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '@postroom/sdk/base';
import type { LostEnd } from '@postroom/sdk/services';
import { ANDREW, outboxDraft, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { openWriter } from '#plugins/platform/store-sqlite/dist/engine/database.js';
import { LAST_COMMIT_FILE, readLastCommit } from '#plugins/platform/store-sqlite/dist/engine/lastCommit.js';
import { LOST_END_KEY, LOST_END_OWNER } from '#plugins/platform/store-sqlite/dist/engine/lostEnd.js';
import { adoptCopy } from '#plugins/platform/store-sqlite/dist/engine/restored.js';
import type { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { until } from '../../../../kit/until.js';
import { StoreFixture } from '../storeFixture.js';

describe('A database that lost its end', () => {
  let fixture: StoreFixture;
  let copy: StoreFixture;
  let store: SqliteStore;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    copy = await StoreFixture.make();
    store = await fixture.open();
  });
  afterEach(async () => {
    await fixture.dispose();
    await copy.dispose();
  });

  const lostEnd = (of: SqliteStore): Promise<LostEnd | undefined> => of.lostEnd();
  const forget = (of: SqliteStore): Promise<void> => of.storages.forPlugin(LOST_END_OWNER).delete(LOST_END_KEY);
  const messages = async (of: SqliteStore): Promise<number> => (await of.mailStore.recent(1_000)).length;

  async function putMany(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await put(store, { to: [ANDREW], text: `message ${n}`, outbox: [outboxDraft('bob@far.example')] });
    await store.settle();
    await until('the file has the number of the last commit', async () => {
      const known = await readLastCommit(fixture.folder);
      return known !== undefined && known.number === store.stats.commits;
    });
  }

  /** By a connection of its own. */
  async function run(sql: string): Promise<void> {
    const writer = await openWriter(join(fixture.folder, 'postroom.db'), 'shared');
    await writer.exec(sql);
    await writer.close();
  }
  /** As where there is no room to write down what was lost. */
  const NO_ROOM = `CREATE TRIGGER no_room BEFORE INSERT ON plugin_state WHEN NEW.key = '${LOST_END_KEY}' BEGIN SELECT RAISE(ABORT, 'no'); END`;

  /** As it is on disk now: what a kill leaves. */
  async function killed(): Promise<void> {
    for (const name of await readdir(copy.folder)) await rm(join(copy.folder, name), { recursive: true });
    for (const name of await readdir(fixture.folder)) await copyFile(join(fixture.folder, name), join(copy.folder, name));
  }

  it('is noticed wherever the WAL is cut, with the number of commits that are missing; a whole WAL is not taken for a cut one', async function () {
    this.timeout(60_000);
    await putMany(20);
    const commits = store.stats.commits;
    const { size } = await stat(join(fixture.folder, 'postroom.db-wal'));
    const seen = new Set<number>();
    for (const share of [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1]) {
      await killed();
      await truncate(join(copy.folder, 'postroom.db-wal'), Math.floor(size * share));
      const found = await copy.open();
      const present = await messages(found);
      const end = await lostEnd(found);
      seen.add(present);
      if (share === 1) expect([present, end]).to.deep.equal([20, undefined]);
      else {
        expect(end?.missing, `${share} of the WAL, ${present} messages`).to.be.within(20 - present, commits);
        expect(end?.held, 'what may have been sent meanwhile').to.equal(present);
        expect((await found.outbox.list()).map(({ state }) => state)).to.deep.equal(Array<string>(present).fill('held'));
      }
      await copy.close(found);
      const again = await copy.open();
      expect(await messages(again)).to.equal(present);
      await put(again, { to: [ANDREW] });
      await forget(again);
      await copy.close(again);
      expect(await lostEnd(await copy.open()), 'said once').to.equal(undefined);
      await copy.dispose();
      copy = await StoreFixture.make();
    }
    expect(seen.size, 'cut in different places').to.be.at.least(4);
  });

  it('is noticed where an octet in the middle of the WAL is another one: what is behind it does not count', async () => {
    await putMany(20);
    await killed();
    const wal = join(copy.folder, 'postroom.db-wal');
    const octets = await readFile(wal);
    const middle = Math.floor(octets.length / 2);
    octets[middle] = (octets[middle] ?? 0) ^ 1;
    await writeFile(wal, octets);
    const found = await copy.open();
    const present = await messages(found);
    expect(present).to.be.within(1, 19);
    expect((await lostEnd(found))?.missing).to.be.at.least(20 - present);
  });

  it('is known until it is told, and for two weeks after that', async () => {
    await putMany(2);
    await killed();
    await truncate(join(copy.folder, 'postroom.db-wal'), 0);
    let now = Date.now();
    const clock = Object.assign(new SystemClock(), { now: () => new Date(now) });
    const found = await copy.open({ clock });
    const end = await lostEnd(found);
    expect(end).to.include({ isTold: false, from: 0 });
    expect(end?.cause).to.equal('postroom.db-wal lost its end, or an older copy of the database was put in its place');
    if (end !== undefined) await found.setLostEndTold(end);
    expect(await lostEnd(found)).to.deep.equal({ ...end, isTold: true });
    now += 14 * 86_400_000;
    expect(await lostEnd(found)).to.equal(undefined);
  });

  it('is not seen in one that was closed, killed, copied, restored, or comes from an older version', async () => {
    await putMany(3);
    await killed();
    const open = async (what: string): Promise<void> => {
      const opened = await copy.open();
      expect(await lostEnd(opened), what).to.equal(undefined);
      expect(opened.warnings, what).to.deep.equal([]);
      await put(opened, { to: [ANDREW] });
      await copy.close(opened);
    };
    await open('killed');
    await open('closed');
    const moved = await StoreFixture.make();
    await cp(copy.folder, moved.folder, { recursive: true });
    await open('copied from');
    expect(await lostEnd(await moved.open()), 'copied').to.equal(undefined);
    await moved.dispose();

    const file = join(copy.folder, LAST_COMMIT_FILE);
    await rm(file);
    await open('from a version that had no file');
    await writeFile(file, 'rubbish');
    await open('a file that cannot be read');
    await writeFile(file, '');
    await open('an empty file');

    const database = join(copy.folder, 'postroom.db');
    await copyFile(database, `${database}.former`);
    for (let n = 0; n < 5; n += 1) await open('going on');
    await copyFile(`${database}.former`, database);
    await adoptCopy(database, 'restored');
    await open('restored');
  });

  it('is written down with the first change that can be made, where it could not be at the start: nothing goes out before', async () => {
    await putMany(3);
    await fixture.close(store);
    const database = join(fixture.folder, 'postroom.db');
    await copyFile(database, `${database}.former`);
    store = await fixture.open();
    for (const _ of [1, 2]) await put(store, { to: [ANDREW] });
    await fixture.close(store);
    await copyFile(`${database}.former`, database);
    await run(NO_ROOM);
    store = await fixture.open();
    expect(store.warnings.join()).to.match(/lost its last 2 changes, which could not be written down/);
    let told = 0;
    store.onDidLose(() => (told += 1));
    const lease = (): Promise<readonly unknown[]> => store.outbox.lease({ limit: 10, forMs: 60_000 });
    expect(await lease().catch(() => 'not now')).to.equal('not now');
    expect(told).to.equal(0);
    await run('DROP TRIGGER no_room');
    expect(await lease()).to.deep.equal([]);
    expect(await lostEnd(store)).to.include({ missing: 2, held: 3 });
    expect((await store.outbox.list()).map(({ state }) => state)).to.deep.equal(['held', 'held', 'held']);
    expect(store.outbox.counts().untried).to.equal(0);
    expect(told).to.equal(1);
    for (const _ of [1, 2, 3]) await put(store, { to: [ANDREW] });
    await forget(store);
    await fixture.close(store);
    store = await fixture.open();
    expect(await lostEnd(store), 'said once').to.equal(undefined);
  });

  it('is found again by the next try to open it after the disk failed, where the first could not write it down', async () => {
    await putMany(3);
    await run(`UPDATE commits SET number = number - 2; ${NO_ROOM}`);
    expect(await store.reopen().catch(() => 'not now')).to.equal('not now');
    await run('DROP TRIGGER no_room');
    await store.reopen();
    expect(await lostEnd(store)).to.include({ missing: 2, held: 3 });
    expect((await store.outbox.list()).map(({ state }) => state)).to.deep.equal(['held', 'held', 'held']);
  });

  it('is noticed though the file could not be written for a time: one that somebody else owns is replaced', async () => {
    const file = join(fixture.folder, LAST_COMMIT_FILE);
    await fixture.close(store);
    await rm(file);
    // Cannot be opened by anybody, as a file of root's cannot by the server.
    await symlink(join(fixture.folder, 'nowhere', 'file'), file);
    store = await fixture.open();
    await put(store, { to: [ANDREW] });
    await fixture.close(store);
    expect(await readLastCommit(fixture.folder)).to.include({ isClosed: true });
  });

  it('is seen where an older copy of the database was put in its place by hand', async () => {
    await putMany(2);
    await fixture.close(store);
    const database = join(fixture.folder, 'postroom.db');
    await copyFile(database, `${database}.former`);
    store = await fixture.open();
    await put(store, { to: [ANDREW] });
    await fixture.close(store);
    await copyFile(`${database}.former`, database);
    store = await fixture.open();
    expect((await lostEnd(store))?.missing).to.equal(1);
  });

  it('says that a WAL is missing only where a server was killed that had one', async () => {
    await putMany(3);
    await killed();
    await rm(join(copy.folder, 'postroom.db-wal'));
    let opened = await copy.open();
    expect([...opened.warnings, await lostEnd(opened)]).to.have.lengthOf(1);
    await copy.close(opened);
    // As a restore leaves it that was killed early, or a start.
    await writeFile(join(copy.folder, 'postroom.pid'), '1\n');
    opened = await copy.open();
    expect(opened.warnings).to.deep.equal([]);
  });

  it('does not hold up commits, and has the last one in the file when the store is closed', async () => {
    await putMany(1);
    await Promise.all(Array.from({ length: 50 }, () => put(store, { to: [ANDREW] })));
    await fixture.close(store);
    const known = await readLastCommit(fixture.folder);
    expect(known).to.include({ number: store.stats.commits, isClosed: true });
    expect((await readFile(join(fixture.folder, LAST_COMMIT_FILE), 'utf8')).endsWith('\n')).to.equal(true);
  });
});
