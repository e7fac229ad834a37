import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ANDREW, octetsOf, pickUp, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { assertDurable, checkWritable, openWriter } from '#plugins/platform/store-sqlite/dist/engine/database.js';
import { latestVersion, versionOf } from '#plugins/platform/store-sqlite/dist/engine/migrations.js';
import { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { failureOf } from '../../../../kit/failureOf.js';
import { ROOT } from '../../../../kit/sourceFiles.js';
import { StoreFixture } from '../storeFixture.js';

describe('Opening the database', () => {
  let fixture: StoreFixture;
  let path: string;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    path = join(fixture.folder, 'postroom.db');
    await fixture.close(await fixture.open());
  });
  afterEach(() => fixture.dispose());

  async function change(sql: string): Promise<void> {
    const connection = await Connection.open(path, 'write');
    await connection.exec(sql);
    await connection.close();
  }

  it('writes with WAL and synchronous=FULL, and throws where they are not in force', async () => {
    const writer = await openWriter(path);
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await writer.get<Record<string, unknown>>(`PRAGMA ${name}`)) ?? {})[0];
    expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).to.deep.equal(['wal', 2, 1]);
    await writer.exec('PRAGMA synchronous = NORMAL');
    expect((await failureOf(assertDurable(writer))).message).to.contain('synchronous is 1, not 2');
    await writer.close();
  });

  it('binds and reads back every kind of value', async () => {
    const connection = await Connection.open(':memory:', 'create');
    const values = ['', 'ü\0x', 0, 2 ** 52 + 1, -1, 1.5, Buffer.alloc(0), new Uint8Array([0, 255]), undefined, null];
    const row = await connection.get<Record<string, unknown>>(`SELECT ${values.map((_, n) => `?${n + 1} AS v${n}`).join(', ')}`, values);
    expect(Object.values(row ?? {})).to.deep.equal([
      '',
      'ü\0x',
      0,
      2 ** 52 + 1,
      -1,
      1.5,
      Buffer.alloc(0),
      Buffer.from([0, 255]),
      null,
      null,
    ]);
    await connection.close();
  });

  it('F40 keeps the folder and its files from others', async () => {
    await chmod(fixture.folder, 0o755);
    const store = await fixture.open();
    await put(store, { to: [ANDREW] });
    expect((await stat(fixture.folder)).mode & 0o777).to.equal(0o700);
    for (const name of await readdir(fixture.folder)) expect((await stat(join(fixture.folder, name))).mode & 0o777, name).to.equal(0o600);
  });

  it('F114 refuses what a newer version wrote, and leaves it alone', async () => {
    const version = await latestVersion();
    await change('PRAGMA user_version = 99');
    expect((await failureOf(fixture.open())).code).to.equal('data/newer');
    await change(`PRAGMA user_version = ${version}`);
    await fixture.open();
  });

  describe('of an older version', () => {
    const backup = (): string => `${path}.v1.backup`;
    const versionIn = async (file: string): Promise<number> => {
      const connection = await Connection.open(file, 'read');
      const version = await versionOf(connection);
      await connection.close();
      return version;
    };

    beforeEach(async () => {
      await rm(path);
      const first = join(ROOT, 'plugins/platform/store-sqlite/migrations/001-initial.sql');
      const connection = await Connection.open(path, 'create');
      await connection.exec(`PRAGMA application_id = 0x506f7374;\n${await readFile(first, 'utf8')}\nPRAGMA user_version = 1;`);
      await connection.exec("INSERT INTO settings_revision (at, author, text) VALUES (1, 'cli', 'kept')");
      await connection.close();
    });

    it('backs it up as it was, and brings it up to date', async () => {
      const store = await fixture.open();
      expect((await store.revisions.latest())?.text).to.equal('kept');
      await fixture.close(store);
      expect([await versionIn(backup()), await versionIn(path)]).to.deep.equal([1, await latestVersion()]);
      expect((await stat(backup())).mode & 0o777).to.equal(0o600);
      await rename(backup(), path);
      expect((await (await fixture.open()).revisions.latest())?.text, 'the backup is whole').to.equal('kept');
    });

    it('leaves it alone where it cannot be backed up, and says so', async () => {
      await mkdir(backup());
      const failure = await failureOf(fixture.open());
      expect(failure.code).to.equal('data/not-writable');
      expect(failure.message).to.match(/is of an older version \(1\) and is brought up to date only when it is backed up, which failed: /);
      expect(await versionIn(path)).to.equal(1);
      expect((await readdir(fixture.folder)).filter((name) => name.endsWith('.new'))).to.deep.equal([]);
    });
  });

  it('F30 refuses a damaged, empty or foreign file and never puts an empty one in its place', async () => {
    const store = await fixture.open();
    await put(store, { to: [ANDREW] });
    await fixture.close(store);
    const safe = `${path}.safe`;
    await copyFile(path, safe);
    const damages: [string, () => Promise<void>][] = [
      ['empty', () => truncate(path, 0)],
      ['header gone', () => writeFile(path, Buffer.alloc(100), { flag: 'r+' })],
      ['text', () => writeFile(path, 'no database at all '.repeat(1000))],
      ['foreign', () => change('PRAGMA application_id = 7')],
      [
        'folder',
        async () => {
          await rm(path);
          await mkdir(path);
        },
      ],
      [
        'missing beside its -wal',
        async () => {
          await rm(path, { recursive: true });
          await writeFile(`${path}-wal`, 'x');
        },
      ],
    ];
    for (const [name, damage] of damages) {
      await damage();
      const before = (await stat(path).catch(() => undefined))?.size;
      expect((await failureOf(fixture.open())).code, name).to.equal('data/corrupt');
      expect((await stat(path).catch(() => undefined))?.size, name).to.equal(before);
      if (name !== 'folder') await copyFile(safe, path);
    }
    await rm(`${path}-wal`);
    expect(await pickUp(await fixture.open(), ANDREW)).to.have.length(1);
  });

  it('F29 finds a damaged page that ordinary reading does not meet', async () => {
    const store = await fixture.open();
    for (let n = 0; n < 50; n += 1) await put(store, { to: [ANDREW], octets: Buffer.alloc(20_000, n) });
    await store.quickCheck();
    await fixture.close(store);
    const { size } = await stat(path);
    const connection = await Connection.open(path, 'read');
    const row = await connection.get<{ rootpage: number }>(`SELECT rootpage FROM sqlite_schema WHERE name = 'activity_day'`);
    await connection.close();
    const page = Buffer.alloc(4096, 0xee);
    const { open } = await import('node:fs/promises');
    const file = await open(path, 'r+');
    await file.write(page, 0, page.length, ((row?.rootpage ?? 1) - 1) * 4096);
    await file.close();
    expect((await stat(path)).size).to.equal(size);
    const damaged = await fixture.open();
    expect(await pickUp(damaged, ANDREW)).to.have.length(50);
    expect((await failureOf(damaged.quickCheck())).code).to.equal('data/corrupt');
    expect((await failureOf(damaged.reopen())).code).to.equal('data/corrupt');
    expect((await failureOf(put(damaged, { to: [ANDREW] }))).code, 'a damaged database takes nothing in').to.equal('store/failed');
    expect(await pickUp(damaged, ANDREW), 'and goes on serving').to.have.length(50);
  });

  it('F33 makes a whole backup while mail comes in; P44 it keeps UIDLs, F32 and numbers given since are not given again for other content', async () => {
    let store = await fixture.open();
    await put(store, { to: [ANDREW], text: 'before' });
    const backup = join(fixture.folder, 'copy.db');
    await Promise.all([
      store.copies.write(backup),
      ...Array.from({ length: 50 }, (_, n) => put(store, { to: [ANDREW], text: `during ${n}` })),
    ]);
    expect((await stat(backup)).mode & 0o777).to.equal(0o600);
    const since = (await pickUp(store, ANDREW)).map((message) => message.uidl);
    await fixture.close(store);
    await rename(backup, path);
    store = await fixture.open();
    const restored = (await pickUp(store, ANDREW)).map((message) => message.uidl);
    expect(since.slice(0, restored.length)).to.deep.equal(restored);
    await put(store, { to: [ANDREW], text: 'after' });
    expect(since).to.not.include((await pickUp(store, ANDREW)).at(-1)?.uidl);
    expect((await failureOf(store.copies.write(path))).code).to.equal('store/failed');
  });

  it('F25 takes no database for one that works that can only be read', async () => {
    const writer = await openWriter(path);
    await checkWritable(writer);
    await writer.close();
    const readable = await Connection.open(path, 'read');
    expect((await failureOf(checkWritable(readable))).code).to.equal('store/failed');
    await readable.close();
  });

  it('goes on after a restart with everything in place, twice over', async () => {
    let store = await fixture.open();
    await put(store, { to: [ANDREW] });
    await store.reopen();
    await put(store, { to: [ANDREW] });
    await fixture.close(store);
    store = await fixture.open();
    expect((await store.mailStore.recent(5)).map((message) => message.id)).to.deep.equal(['2', '1']);
    expect(String(await octetsOf(store.mailStore.read('2')))).to.contain('hello');
    expect(await store.room(1)).to.include({ answer: 'yes', place: 'the disk of the data folder' });
    expect((await store.room(2 ** 60)).answer).to.equal('only-removals');
  });

  it('F25 says so where the data folder cannot be made', async () => {
    const file = join(fixture.folder, 'file');
    await writeFile(file, '');
    expect((await failureOf(SqliteStore.open(join(file, 'data'), { clock: undefined as never, node: 'a' }))).code).to.equal(
      'data/not-writable',
    );
  });
});
