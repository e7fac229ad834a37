// The store as files: what an exchange of a data folder's files leaves, wherever it ends.
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@postroom/sdk/base';
import { ANDREW, outboxDraft, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { SqliteFiles } from '#plugins/platform/store-sqlite/dist/sqliteFiles.js';
import { failureOf } from '../../../kit/failureOf.js';
import { StoreFixture } from './storeFixture.js';

const MEGABYTE = 2 ** 20;
const NOTE = { from: '2026-11-23T09:00:00.000Z', aside: undefined };

describe('The exchange of the files of a data folder', () => {
  const files = new SqliteFiles(new SystemClock());
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-files-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('that does not begin leaves everything as it was, also a folder that was not there', async () => {
    await writeFile(join(folder, 'ballast'), Buffer.alloc(3 * MEGABYTE));
    for (const [dataDir, left] of [
      [folder, ['ballast', 'postroom.lock']],
      [join(folder, 'a', 'new'), undefined],
    ] as const) {
      const exchange = await files.beginExchange(dataDir);
      await mkdir(exchange.draft);
      await writeFile(join(exchange.draft, 'file'), 'new');
      await exchange.giveUpReserve();
      expect(await readdir(dataDir)).to.not.include('ballast');
      await exchange.close();
      expect(await readdir(dataDir).catch(() => undefined)).to.deep.equal(left);
    }
    expect((await stat(join(folder, 'ballast'))).size).to.be.at.least(3 * MEGABYTE);
  });

  it('keeps servers and other exchanges from the folder while it goes on', async () => {
    const exchange = await files.beginExchange(folder);
    const { code, message } = await failureOf(files.beginExchange(folder));
    expect(code).to.equal('data/locked');
    expect(message).to.match(/^A backup is being restored into the data folder .* by process \d+\. Wait until that is done\.$/);
    await exchange.close();
    await (await files.beginExchange(folder)).close();
  });

  it('that was interrupted is noted, and refused to servers until another one is complete', async () => {
    const aside = join(folder, 'before');
    const exchange = await files.beginExchange(folder);
    await exchange.begin({ ...NOTE, aside });
    await exchange.close();
    expect(await files.interrupted(folder)).to.deep.equal({ ...NOTE, aside });
    expect((await failureOf(files.openCopy(folder))).code).to.equal('data/unfinished');

    const again = await files.beginExchange(folder);
    await again.begin(NOTE);
    await again.complete();
    await again.close();
    expect(await files.interrupted(folder)).to.equal(undefined);
    await (await files.openCopy(folder)).close();
  });

  it('has the room that is kept in reserve, and that of what a killed one left, which it removes', async () => {
    expect(await files.atHand(join(folder, 'nowhere'))).to.equal(0);
    await writeFile(join(folder, 'ballast'), Buffer.alloc(2 * MEGABYTE));
    await mkdir(join(folder, 'restoring.part', 'plugins'), { recursive: true });
    await writeFile(join(folder, 'restoring.part', 'plugins', 'file'), Buffer.alloc(MEGABYTE));
    expect(await files.atHand(folder)).to.be.within(3 * MEGABYTE, 3 * MEGABYTE + 64 * 1024);
    const exchange = await files.beginExchange(folder);
    expect(await readdir(folder)).to.not.include('restoring.part');
    await exchange.close();
  });

  it('makes a copy fit to go on with: what may have been sent waits, and no number is given again', async () => {
    const former = await StoreFixture.make();
    const adopted = await StoreFixture.make();
    const store = await former.open();
    await put(store, { to: [ANDREW], outbox: [outboxDraft('bob@far.example')] });
    const exchange = await files.beginExchange(folder);
    await mkdir(exchange.draft);
    const census = await store.copies.write(join(exchange.draft, files.copyName));
    expect(census).to.deep.equal(await store.census());
    expect(census).to.include({ messages: 1, copies: 1, outbox: 1 });
    const { id: last } = await store.mailStore.stage();
    expect(await exchange.adopt('since then')).to.equal(1);
    await cp(exchange.draft, adopted.folder, { recursive: true });
    const next = await adopted.open();
    expect((await next.outbox.list()).map(({ state, text }) => [state, text])).to.deep.equal([['held', 'since then']]);
    expect(Number((await next.mailStore.stage()).id)).to.be.above(Number(last) + 1_000);
    await exchange.close();
    await former.dispose();
    await adopted.dispose();
  });
});
