import '#core/base/injection.js';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { CoreState } from '#core/base/coreState.js';
import { FetchBackOff } from '#core/flow/fetching/fetchBackOff.js';
import { SharedBackOffs } from '#core/flow/sharedBackOffs.js';
import { MemoryStorages } from '../../kit/memoryStorages.js';

const MINUTE = 60_000;
const REFUSED = { fetched: 0, stored: 0, duplicates: 0, failed: [{ code: 'isp/login-refused', message: 'The password is wrong.' }] };
const WELL = { fetched: 1, stored: 1, duplicates: 0, failed: [] };

describe('the back-off of accounts, of several servers on one store', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let clock: VirtualClock;
  let storages: MemoryStorages;
  beforeEach(() => {
    clock = new VirtualClock();
    storages = new MemoryStorages();
  });

  /** A server, whose wall clock may be another. */
  function server(name: string, its = clock) {
    const backOff = new FetchBackOff(its);
    const shared = new SharedBackOffs('fetch', name, new CoreState(storages), its, backOff);
    return {
      shared,
      /** Minutes that the account is still left alone. */
      left: async (): Promise<number> => {
        await shared.hear('company');
        return Math.max(0, ((backOff.known('company')?.until ?? 0) - its.monotonic()) / MINUTE);
      },
      tried: async (report: Parameters<FetchBackOff['tried']>[1]): Promise<void> => {
        backOff.tried('company', report);
        await shared.note('company');
      },
      wake: (): void => {
        backOff.wake('company');
        shared.end('company');
      },
    };
  }

  it('is the same on all, and goes on where the other one was with the next failure', async () => {
    const [a, b] = [server('a'), server('b')];
    await a.tried(REFUSED);
    expect([await a.left(), await b.left()]).to.deep.equal([30, 30]);
    await clock.advance(10 * MINUTE);
    expect([await a.left(), await b.left()]).to.deep.equal([20, 20]);
    await clock.advance(20 * MINUTE);
    await b.tried(REFUSED);
    expect([await a.left(), await b.left()]).to.deep.equal([60, 60]);
  });

  it('ends on all where one of them gets on, or a person mends it on any', async () => {
    const [a, b] = [server('a'), server('b')];
    await a.tried(REFUSED);
    await b.left();
    await b.tried(WELL);
    expect([await a.left(), await b.left(), storages.entries.size]).to.deep.equal([0, 0, 0]);
    await a.tried(REFUSED);
    b.wake();
    expect([await b.left(), await a.left()]).to.deep.equal([0, 0]);
    await a.tried(REFUSED);
    expect(await a.left(), 'it begins with the shortest').to.equal(30);
    b.shared.end();
    expect([await b.left(), await a.left(), storages.entries.size]).to.deep.equal([0, 0, 0]);
  });

  it('is no longer for a clock that runs ahead on another server, nor for one that is set back later', async () => {
    const ahead = new VirtualClock('2030-01-01T00:00:00Z');
    await server('a', ahead).tried(REFUSED);
    const b = server('b');
    expect(await b.left()).to.equal(30);
    clock.jump(-24 * 60 * MINUTE);
    expect(await b.left()).to.equal(30);
    await clock.advance(30 * MINUTE);
    expect(await b.left()).to.equal(0);
  });

  it('of a run before does not count: a start tries at once', async () => {
    await server('a').tried(REFUSED);
    expect([await server('a').left(), await server('b').left()]).to.deep.equal([0, 0]);
  });

  it('writes nothing where there is none, and nothing again that stands there', async () => {
    const a = server('a');
    await a.tried(WELL);
    expect(storages.entries.size).to.equal(0);
    await a.tried(REFUSED);
    storages.entries.set('core back-off/fetch/company', 'as it was');
    await a.shared.note('company');
    expect(storages.entries.get('core back-off/fetch/company')).to.equal('as it was');
  });
});
