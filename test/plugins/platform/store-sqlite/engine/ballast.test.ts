// The ballast goes before the database is opened where a disk is full, and is there again for the next start.
import { access, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Ballast } from '#plugins/platform/store-sqlite/dist/engine/ballast.js';
import { openReader } from '#plugins/platform/store-sqlite/dist/engine/database.js';
import { openOnAnyDisk } from '#plugins/platform/store-sqlite/dist/engine/walIndex.js';

const MEGABYTE = 2 ** 20;

/** Of a disk whose system says what is free, whatever is; it notes whether the database was there when the ballast went. */
class WatchedBallast extends Ballast {
  readonly seen: string[] = [];

  constructor(
    private readonly dataDir: string,
    private readonly octets: number,
  ) {
    super(dataDir);
  }

  override async free(): Promise<number> {
    return this.octets;
  }

  override async drop(): Promise<boolean> {
    const database = await access(join(this.dataDir, 'postroom.db')).then(
      () => 'after the database',
      () => 'before the database',
    );
    const had = await super.drop();
    this.seen.push(had ? database : 'nothing to drop');
    return had;
  }
}

describe('The ballast', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-ballast-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  function place(): string {
    return join(folder, 'ballast');
  }

  async function open(free: number): Promise<readonly string[]> {
    const ballast = new WatchedBallast(folder, free);
    const { writer, sharing, index } = await openOnAnyDisk(join(folder, 'postroom.db'), folder, ballast);
    const reader = await openReader(join(folder, 'postroom.db'), sharing);
    await reader.close();
    await writer.close();
    await index.close();
    return ballast.seen;
  }

  for (const free of [0, 1, 32, 64, 4_095].map((kilobytes) => kilobytes * 1024)) {
    it(`goes before the database is opened where ${free / 1024} KB are free`, async () => {
      await writeFile(place(), Buffer.alloc(2 * MEGABYTE));
      expect(await open(free)).to.deep.equal(['before the database']);
      expect(await stat(place()).catch(() => undefined)).to.equal(undefined);
    });
  }

  it('stays where there is room', async () => {
    await writeFile(place(), Buffer.alloc(2 * MEGABYTE));
    expect(await open(4 * MEGABYTE)).to.deep.equal([]);
    expect((await stat(place())).size).to.equal(2 * MEGABYTE);
  });

  it('is kept again at the end as large as it was, though the system says that nothing is free', async () => {
    await writeFile(place(), Buffer.alloc(3 * MEGABYTE));
    const ballast = new WatchedBallast(folder, 0);
    await ballast.drop();
    await ballast.keepForStart();
    const { size, blocks } = await stat(place());
    expect(size).to.equal(3 * MEGABYTE);
    expect(blocks * 512, 'it takes up its room').to.be.at.least(size);
  });

  it('is kept again where the database could not be opened', async () => {
    await writeFile(place(), Buffer.alloc(2 * MEGABYTE));
    await writeFile(join(folder, 'postroom.db'), 'this is no database, and never was one, whatever its name says '.repeat(100));
    const failure = await openOnAnyDisk(join(folder, 'postroom.db'), folder, new WatchedBallast(folder, 0)).catch(String);
    expect(failure).to.match(/is damaged/);
    expect((await stat(place())).size).to.equal(2 * MEGABYTE);
  });
});
