import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '@postroom/sdk/base';
import { expect } from 'chai';
import { Ballast } from '#plugins/platform/store-sqlite/dist/engine/ballast.js';
import type { DatabaseTrouble } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { Connection, DatabaseError } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { openWriter } from '#plugins/platform/store-sqlite/dist/engine/database.js';
import { MemoryLeases } from '#plugins/platform/store-sqlite/dist/engine/leases.js';
import { Sequence } from '#plugins/platform/store-sqlite/dist/engine/sequence.js';
import type { WriteUnit } from '#plugins/platform/store-sqlite/dist/engine/writeQueue.js';
import { WriteQueue } from '#plugins/platform/store-sqlite/dist/engine/writeQueue.js';
import { failureOf } from '../../../../kit/failureOf.js';
import { failNextCommit } from '../failingCommit.js';
import { StoreFixture } from '../storeFixture.js';

describe('WriteQueue', () => {
  let fixture: StoreFixture;
  let path: string;
  let queue: WriteQueue;
  let writer: Connection;
  let ballast: Ballast;
  const lost: unknown[] = [];
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    path = join(fixture.folder, 'postroom.db');
    writer = await openWriter(path);
    ballast = new Ballast(fixture.folder);
    queue = new WriteQueue(writer, new SystemClock(), ballast, (error) => lost.push(error));
    lost.length = 0;
  });
  afterEach(async () => {
    await queue.close();
    await fixture.dispose();
  });

  function chunk(id: number, octets = 10): WriteUnit {
    return { octets, stage: (group) => group.insert('chunk', { id, octets: Buffer.alloc(octets) }) };
  }

  async function stored(): Promise<number[]> {
    const reader = await Connection.open(path, 'read');
    const rows = await reader.all<{ id: number }>('SELECT id FROM chunk ORDER BY id');
    await reader.close();
    return rows.map((row) => row.id);
  }

  async function codes(writes: readonly Promise<void>[]): Promise<unknown[]> {
    return Promise.all(
      writes.map((write) =>
        write.then(
          () => 'stored',
          (error: { code: unknown }) => error.code,
        ),
      ),
    );
  }

  function failing(trouble: DatabaseTrouble, times = 1): NonNullable<WriteUnit['run']> {
    let left = times;
    return async () => {
      if (left-- > 0) throw new DatabaseError(trouble, trouble === 'full' ? 'store/full' : 'store/failed', 'made up', {}, {});
    };
  }

  it('F23 stores nothing of a group that finds the disk full, and works again after', async () => {
    const row = await writer.get<{ page_count: number }>('PRAGMA page_count');
    await writer.all(`PRAGMA max_page_count = ${(row?.page_count ?? 0) + 20}`);
    expect(await codes([queue.write(chunk(1)), queue.write(chunk(2, 500_000)), queue.write(chunk(3))])).to.deep.equal([
      'store/full',
      'store/full',
      'store/full',
    ]);
    expect(await stored()).to.deep.equal([]);
    expect(await codes([queue.write(chunk(4)), queue.write(chunk(4)), queue.write(chunk(5))])).to.deep.equal([
      'stored',
      'store/failed',
      'stored',
    ]);
    expect(await stored()).to.deep.equal([4, 5]);
  });

  it('F20 gives the ballast up for a change that makes room', async () => {
    await ballast.take();
    await access(join(fixture.folder, 'ballast'));
    const removal: WriteUnit = { makesRoom: true, run: failing('full') };
    expect(await codes([queue.write(chunk(1)), queue.write(removal)])).to.deep.equal(['store/full', 'stored']);
    expect(await failureOf(access(join(fixture.folder, 'ballast')))).to.have.property('code', 'ENOENT');
    expect(await codes([queue.write({ makesRoom: true, run: failing('full', 9) })])).to.deep.equal(['store/full']);
  });

  it('F27 writes nothing after an I/O error until the store has been opened again', async () => {
    expect(await codes([queue.write(chunk(1)), queue.write({ run: failing('io') })])).to.deep.equal(['store/failed', 'store/failed']);
    expect(await codes([queue.write(chunk(2))])).to.deep.equal(['store/failed']);
    expect((await failureOf(queue.replaceWriter(() => Promise.reject(new Error('still broken'))))).message).to.equal('still broken');
    expect(await codes([queue.write(chunk(3))])).to.deep.equal(['store/failed']);
    await queue.replaceWriter(() => openWriter(path));
    expect(await codes([queue.write(chunk(4))])).to.deep.equal(['stored']);
    expect(await stored()).to.deep.equal([4]);
  });

  it('F27 cannot say what became of a group whose COMMIT failed, and says so to all of it', async () => {
    failNextCommit(path, false);
    const told: number[] = [];
    const writes = [queue.write({ ...chunk(1), committed: () => void told.push(1) }), queue.write(chunk(2))];
    expect(await codes(writes)).to.deep.equal(['store/unknown', 'store/unknown']);
    expect(told).to.deep.equal([]);
    expect(await codes([queue.write(chunk(3))]), 'until it has been opened again').to.deep.equal(['store/failed']);
    await queue.replaceWriter(() => openWriter(path));
    expect(await codes([queue.write(chunk(1))])).to.deep.equal(['stored']);
  });

  it('refuses units that bear a former token, alone of their group, and holds the lease back while others of it are written', async () => {
    const leases = new MemoryLeases({ id: 1, name: 'here' }, new Sequence(0), new SystemClock());
    const fenced = new WriteQueue(writer, new SystemClock(), ballast, (error) => lost.push(error), undefined, undefined, leases);
    const former = await leases.take('round/x');
    await former?.release();
    const present = await leases.take('round/x');
    const order: string[] = [];
    const results = codes([
      fenced.write({ ...chunk(1), fence: former?.fence }),
      fenced.write({ ...chunk(2), fence: present?.fence, committed: () => void order.push('written') }),
      fenced.write({ ...chunk(3), fence: { lease: 'round/unknown', token: 1 } }),
      fenced.write(chunk(4)),
    ]);
    // The group is under way.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    await present?.release();
    const next = leases.take('round/x').then(() => order.push('taken'));
    expect(await results).to.deep.equal(['lease/lost', 'stored', 'lease/lost', 'stored']);
    await next;
    expect(order).to.deep.equal(['written', 'taken']);
    expect(await stored()).to.deep.equal([2, 4]);
  });

  it('asks every unit of a failed group again, alone, and tells only of what was committed', async () => {
    const told: number[] = [];
    const unit = (id: number): WriteUnit => ({ ...chunk(id), committed: () => void told.push(id) });
    const results = await codes([
      queue.write(unit(1)),
      queue.write(unit(1)),
      queue.write({
        stage: () => {
          throw new RangeError('no');
        },
      }),
      queue.write(unit(2)),
    ]);
    expect(results).to.deep.equal(['stored', 'store/failed', undefined, 'stored']);
    expect(told).to.deep.equal([1, 2]);
  });

  it('lets what nobody waits for share the next commit, and reports it when it is lost', async () => {
    queue.writeLater(chunk(1));
    queue.writeLater({ run: failing('statement', 9) });
    await queue.write(chunk(2));
    expect(await stored()).to.deep.equal([1, 2]);
    await queue.settle();
    expect(lost).to.have.length(1);
  });

  it('commits what nobody waits for also when nothing else comes', async () => {
    await new Promise<void>((resolve) => queue.writeLater({ ...chunk(1), committed: resolve }));
    expect(await stored()).to.deep.equal([1]);
  });

  it('refuses changes once it is closed', async () => {
    await queue.close();
    expect(await codes([queue.write(chunk(1))])).to.deep.equal(['store/failed']);
    writer = await openWriter(path);
    queue = new WriteQueue(writer, new SystemClock(), ballast, () => undefined);
  });
});
