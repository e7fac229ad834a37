// On a disk without room for the index of the WAL the server is alone with its database; when there is room again, other programs may read it too.
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ANDREW, pickUp, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { ROOT } from '../../../../kit/sourceFiles.js';
import { StoreFixture } from '../storeFixture.js';

const CONNECTION = pathToFileURL(join(ROOT, 'plugins/platform/store-sqlite/dist/engine/connection.js')).href;

describe('The index of the WAL', () => {
  let fixture: StoreFixture;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
  });
  afterEach(() => fixture.dispose());

  /** What another program reads of the database. */
  function readElsewhere(): string {
    const file = JSON.stringify(join(fixture.folder, 'postroom.db'));
    const program = `const { Connection } = await import(${JSON.stringify(CONNECTION)});
      try {
        const database = await Connection.open(${file}, 'read');
        console.log((await database.get('SELECT count(*) AS messages FROM message')).messages);
      } catch (error) { console.log(error.code); }`;
    return String(spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 }).stdout).trim();
  }

  it('has all its blocks before anything is stored', async () => {
    const store = await fixture.open();
    const index = await stat(join(fixture.folder, 'postroom.db-shm'));
    expect(index.size).to.equal(16 * 32 * 1024);
    expect(index.blocks * 512, 'none of it is a hole').to.be.at.least(index.size - 4_096);
    await Promise.all(Array.from({ length: 200 }, () => put(store, { to: [ANDREW], octets: Buffer.alloc(20_000, 7) })));
    expect(await pickUp(store, ANDREW)).to.have.lengthOf(200);
    await store.quickCheck();
  });

  it('stays as it is, with its locks, whoever else reads the database meanwhile', async () => {
    const store = await fixture.open();
    await put(store, { to: [ANDREW] });
    const index = join(fixture.folder, 'postroom.db-shm');
    const before = await stat(index);
    for (let reading = 0; reading < 3; reading += 1) expect(readElsewhere()).to.equal('1');
    const after = await stat(index);
    // A program that finds no lock takes the index for one that a crash left, and cuts it off.
    expect([after.ino, after.size, after.blocks]).to.deep.equal([before.ino, before.size, before.blocks]);
    await put(store, { to: [ANDREW] });
    expect(readElsewhere()).to.equal('2');
  });

  it('stays in memory where there is no room for it; reading and writing go on while it becomes a file again', async function () {
    this.timeout(60_000);
    // Where the room is asked for by writing.
    await mkdir(join(fixture.folder, '.room-probe'));
    const store = await fixture.open();
    await put(store, { to: [ANDREW] });
    expect(await readdir(fixture.folder)).to.not.include('postroom.db-shm');
    expect(readElsewhere(), 'another program is refused').to.equal('store/failed');
    expect((await store.census()).messages, 'but not another connection of this one').to.equal(1);

    await rmdir(join(fixture.folder, '.room-probe'));
    let isOver = false;
    const reading = (async () => {
      let reads = 0;
      for (; !isOver; reads += 1) expect((await store.mailStore.recent(1_000)).length).to.be.at.least(1);
      return reads;
    })();
    const writing = Array.from({ length: 100 }, () => put(store, { to: [ANDREW] }));
    await Promise.all([store.room(0), store.room(0)]);
    await Promise.all(writing);
    isOver = true;
    expect(await reading).to.be.greaterThan(0);
    expect(await readdir(fixture.folder)).to.include('postroom.db-shm');
    expect(readElsewhere()).to.equal('101');
    await fixture.close(store);
    expect(await pickUp(await fixture.open(), ANDREW)).to.have.lengthOf(101);
  });
});
