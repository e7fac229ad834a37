// kill -9 at any point of a copy: never a server on the half of it, never two stores that servers start on, and it can be run again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { allRecords, fillStore, moveAll, type StorePlace } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import type { Cluster } from '../../../kit/postgres/cluster.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { PostgresPlace } from '../../store-postgres/postgresPlace.js';
import { StoreFixture } from '../store-sqlite/storeFixture.js';

const VICTIM = fileURLToPath(new URL('copyingVictim.js', import.meta.url));
const POINTS = ['record 0', 'record 20', 'record 60', 'check 0', 'check 50', 'retire', 'finish'];
/** Steps of SQLite's end, which moves files: more than it has. */
const MOST_STEPS = 40;

describe('A copy that is killed', () => {
  let cluster: Cluster;
  let sqlite: StoreFixture;
  let postgres: PostgresPlace;
  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    sqlite = await StoreFixture.make();
    postgres = await PostgresPlace.make(cluster);
  });
  afterEach(async () => {
    await sqlite.dispose();
    await postgres.dispose();
  });

  /** Answers whether it was killed. */
  async function copyKilledAt(way: string, point: string): Promise<boolean> {
    const child = spawn(process.execPath, [VICTIM, sqlite.folder, postgres.database.url(), way, point], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal !== 'SIGKILL') expect(code).to.equal(0);
    return signal !== null;
  }

  /** What keeps a server from starting; '' where one starts. */
  async function refusal(place: StorePlace): Promise<string> {
    try {
      await place.close(await place.open());
      return '';
    } catch (error) {
      return String((error as { readonly code?: unknown }).code);
    }
  }

  /** Runs it again until it comes to its end, as the sentences say. */
  async function again(from: StorePlace, to: StorePlace): Promise<void> {
    await from.transfer.takeUp();
    const before = await allRecords(from.transfer);
    await moveAll(from.transfer, to.transfer);
    expect((await allRecords(to.transfer)).slice(0, -1)).to.deep.equal(before.slice(0, -1));
  }

  it('on its way to PostgreSQL leaves one store at most that servers start on, and begins again', async function () {
    this.timeout(180_000);
    await fillStore(sqlite);
    for (const point of POINTS) {
      expect(await copyKilledAt('to postgres', point), point).to.equal(true);
      expect(await refusal(postgres), point).to.equal('data/unfinished');
      expect(await refusal(sqlite), point).to.equal(point === 'finish' ? 'data/moved' : '');
      await sqlite.transfer.takeUp();
    }
    await again(sqlite, postgres);
    expect(await refusal(postgres)).to.equal('');
  });

  it('on its way back to SQLite as well, at every step of the moving of files', async function () {
    this.timeout(300_000);
    await fillStore(postgres);
    for (const point of POINTS) {
      expect(await copyKilledAt('to sqlite', point), point).to.equal(true);
      expect(await refusal(sqlite), point).to.equal('data/unfinished');
      expect(await refusal(postgres), point).to.equal(point === 'finish' ? 'data/moved' : '');
      await postgres.transfer.takeUp();
    }
    let steps = 0;
    for (; steps < MOST_STEPS && (await copyKilledAt('to sqlite', `finish ${steps}`)); steps += 1) {
      expect(await refusal(postgres), `step ${steps}`).to.equal('data/moved');
      const found = await refusal(sqlite);
      if (found === '') break;
      expect(found, `step ${steps}`).to.equal('data/unfinished');
      await postgres.transfer.takeUp();
    }
    expect(steps).to.be.within(5, MOST_STEPS - 1);
    expect(await refusal(sqlite)).to.equal('');
    expect(await refusal(postgres)).to.equal('data/moved');
    await postgres.transfer.takeUp();
    expect((await allRecords(sqlite.transfer)).slice(0, -1)).to.deep.equal((await allRecords(postgres.transfer)).slice(0, -1));
  });
});
