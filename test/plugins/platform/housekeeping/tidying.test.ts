// What has expired is removed every day, unless the clock may be wrong.
import type { ActivityLog, Journal } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Tidying } from '#plugins/platform/housekeeping/dist/tidying.js';
import { MemoryStorages } from '../../../kit/memoryStorages.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('tidying', () => {
  let clock: VirtualClock;
  let pruned: string[];
  let warned: string[];
  let tidying: Tidying;
  beforeEach(() => {
    clock = new VirtualClock();
    [pruned, warned] = [[], []];
    const prune = (what: string) => async (days: number) => pruned.push(`${what} ${days}`);
    const storages = new MemoryStorages();
    const none = (): void => undefined;
    const parts = {
      activity: { prune: prune('log') } as unknown as ActivityLog,
      journal: { prune: prune('journal') } as unknown as Journal,
      storages: Object.assign(storages, { prune: async () => void pruned.push('storages') }),
      state: storages.forPlugin('postroom.housekeeping'),
      clock,
      log: { debug: none, info: none, warn: (sentence: string) => void warned.push(sentence), error: none },
    };
    tidying = new Tidying(parts, () => 30);
  });

  it('removes what the settings and the rules say, and answers how much', async () => {
    expect(await tidying.tidy()).to.deep.equal({ logEntries: 1, journalEntries: 2 });
    expect(pruned).to.deep.equal(['log 30', 'journal 35', 'storages']);
    await clock.advance(DAY);
    await tidying.tidy();
    expect(pruned).to.have.length(6);
  });

  for (const [what, jump] of [
    ['ahead', 400 * DAY],
    ['back', -2 * DAY],
  ] as const) {
    it(`removes nothing where the clock jumped ${what}, until it has said the same for a day`, async () => {
      await tidying.tidy();
      clock.jump(jump);
      expect((await tidying.tidy()).postponed).to.include('far from where it was');
      expect(warned).to.have.length(1);
      // However often it is asked for: midnight may come soon after, and a person may be impatient.
      for (const hours of [1, 14]) {
        await clock.advance(hours * HOUR);
        expect((await tidying.tidy()).postponed).to.include('in case it is wrong');
      }
      expect(pruned).to.have.length(3);
      await clock.advance(9 * HOUR);
      expect(await tidying.tidy()).to.not.have.property('postponed');
      expect(pruned).to.have.length(6);
    });
  }
});
