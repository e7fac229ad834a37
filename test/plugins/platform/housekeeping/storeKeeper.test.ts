import { PostroomError } from '@postroom/sdk';
import type { ActivityLog, Clock, StoreMaintenance } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { EventBus } from '#core/base/events.js';
import { createLog } from '#core/base/log.js';
import { StoreKeeper } from '#plugins/platform/housekeeping/dist/storeKeeper.js';

describe('The keeper of the store', () => {
  let clock: VirtualClock;
  let told: string[];
  let logged: string[];
  let fail: (error: Error) => void;
  let reopens: number[];
  let works: boolean;
  /** A try ends when this is over. */
  let trying: Promise<void>;
  let keeper: StoreKeeper;

  beforeEach(() => {
    clock = new VirtualClock();
    [told, logged, reopens, works, trying] = [[], [], [], false, Promise.resolve()];
    const upkeep = {
      trouble: undefined,
      onDidFail: (listener: (error: Error) => void) => {
        fail = listener;
        return { dispose: () => undefined };
      },
      reopen: async () => {
        reopens.push(clock.monotonic());
        await trying;
        if (!works) throw new Error('the disk still fails');
      },
    } as unknown as StoreMaintenance;
    const activity = { add: ({ text }: { readonly text: string }) => void logged.push(text) } as unknown as ActivityLog;
    const events = new EventBus();
    events.on((event) => event.type === 'problem' && told.push(event.sentence));
    keeper = new StoreKeeper(upkeep, activity, clock as Clock, events, createLog('error', { write: () => undefined }));
    keeper.start();
  });
  afterEach(() => keeper.dispose());

  it('tells at once, tries again at growing distances, and tells when all is well', async () => {
    fail(new Error('EIO'));
    expect(told).to.have.length(1);
    expect(told[0]).to.include('EIO');
    await clock.advance(200_000);
    expect(reopens).to.deep.equal([1_000, 6_000, 21_000, 81_000, 141_000]);
    expect(logged).to.deep.equal([]);
    works = true;
    await clock.advance(60_000);
    expect(reopens).to.have.length(6);
    expect(logged[0]).to.include('works again');
    await clock.advance(600_000);
    expect(reopens, 'no more tries').to.have.length(6);
  });

  it('speaks of no disk where the store is on another machine and cannot be reached', async () => {
    fail(new PostroomError('store/unreachable', 'The database server db.example does not answer.'));
    works = true;
    await clock.advance(1_000);
    const why = 'The database server db.example does not answer.';
    expect(told).to.deep.equal([
      `No mail is taken in or collected: ${why} Postroom looks again by itself.`,
      'The database can be used again: mail is taken in and collected as before.',
    ]);
    expect(logged).to.deep.equal(told.slice(1));
  });

  it('leaves no timer behind', async () => {
    fail(new Error('EIO'));
    await keeper.dispose();
    expect(clock.pending).to.equal(0);
  });

  it('leaves none behind by a try that fails after the end either', async () => {
    let end: () => void = () => undefined;
    trying = new Promise((resolve) => (end = resolve));
    fail(new Error('EIO'));
    await clock.advance(1_000);
    const disposed = keeper.dispose();
    await clock.advance(0);
    end();
    await disposed;
    expect(reopens).to.deep.equal([1_000]);
    expect(clock.pending).to.equal(0);
  });
});
