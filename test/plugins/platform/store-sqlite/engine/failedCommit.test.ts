// A COMMIT whose frames are in the WAL, and whose end failed: SQLite does not see them, and an opening after a crash would. The frames are made by a twin of the
// database, which stores the same message under the same number.
import { appendFile, copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { IntakeUnit } from '@postroom/sdk/services';
import { ANDREW, mail, pickUp, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import type { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { failureOf } from '../../../../kit/failureOf.js';
import { StoreFixture } from '../storeFixture.js';

describe('A COMMIT that failed at its end', () => {
  let fixture: StoreFixture;
  let store: SqliteStore;
  let unit: IntakeUnit;
  const copies: StoreFixture[] = [];
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    store = await fixture.open();
    await put(store, { to: [ANDREW], text: 'before' });
    await store.settle();
    const frames = await framesOfTwin();
    unit = await mail(store, { to: [ANDREW], text: 'in doubt' });
    await fixture.loseAnswer(store, false);
    expect((await failureOf(store.mailStore.commit(unit))).code).to.equal('store/unknown');
    await appendFile(walOf(fixture), frames);
  });
  afterEach(async () => {
    for (const each of [fixture, ...copies.splice(0)]) await each.dispose();
  });

  const walOf = ({ folder }: StoreFixture): string => join(folder, 'postroom.db-wal');

  /** As a kill leaves the folder now. */
  async function killed(): Promise<StoreFixture> {
    const copy = await StoreFixture.make();
    copies.push(copy);
    const names = (await readdir(fixture.folder)).filter((name) => !name.endsWith('-shm'));
    for (const name of names) await copyFile(join(fixture.folder, name), join(copy.folder, name));
    return copy;
  }

  async function framesOfTwin(): Promise<Buffer> {
    const { size } = await stat(walOf(fixture));
    const twin = await killed();
    await put(await twin.open(), { to: [ANDREW], text: 'in doubt' });
    return (await readFile(walOf(twin))).subarray(size);
  }

  const textsIn = async (opened: SqliteStore): Promise<readonly string[]> => (await pickUp(opened, ANDREW)).map(({ text }) => text);

  it('is found by an opening after a crash, and answered as stored', async () => {
    const opened = await (await killed()).open();
    expect(await opened.mailStore.outcome(unit.body.id)).to.deep.equal({ placed: [ANDREW], duplicates: [] });
    expect(await textsIn(opened)).to.deep.equal(['before', 'in doubt']);
  });

  for (const company of ['alone', 'with another program that reads']) {
    it(`is settled when the database has been opened again, ${company}: what was answered as not stored is found by no later opening`, async () => {
      expect((await failureOf(store.mailStore.outcome(unit.body.id))).code, 'before it was').to.equal('store/failed');
      const other = await Connection.open(store.path, 'read');
      if (company !== 'alone') await other.exec('BEGIN; SELECT count(*) FROM message;');
      await store.reopen();
      expect(await store.mailStore.outcome(unit.body.id)).to.equal(undefined);
      for (let commits = 0; commits < 2; commits += 1) {
        const opened = await (await killed()).open();
        expect(await opened.mailStore.outcome(unit.body.id)).to.equal(undefined);
        expect(await textsIn(opened)).to.deep.equal(commits === 0 ? ['before'] : ['before', 'after']);
        await opened.quickCheck();
        if (commits === 0) await put(store, { to: [ANDREW], text: 'after' });
      }
      await other.close();
    });
  }

  it('is settled by the next one, where nobody asks', async () => {
    await store.reopen();
    await put(store, { to: [ANDREW], text: 'after' });
    expect(await textsIn(await (await killed()).open())).to.deep.equal(['before', 'after']);
  });
});
