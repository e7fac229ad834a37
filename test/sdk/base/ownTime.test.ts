import type { ThreadTimes } from '@postroom/sdk/base';
import { OwnTime, threadTimes } from '@postroom/sdk/base';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';

describe('the own time of another process', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let times: ThreadTimes | undefined;
  let looks: number;
  let time: OwnTime;
  beforeEach(() => {
    times = { ran: 0, waited: 0 };
    looks = 0;
    time = new OwnTime(async () => {
      looks += 1;
      return times;
    });
  });
  /** Resolves when the limit has run out, with how often the system was asked for it. */
  const limit = (ms: number): Promise<number> => new Promise((resolve) => void time.limit(ms, () => resolve(looks)));

  it('is what passes, where it waits for nothing', async () => {
    expect(await limit(8)).to.equal(1);
  });

  it('is what passes, where the system does not say', async () => {
    times = undefined;
    expect(await limit(8)).to.equal(1);
  });

  it('is not what it waits for a processor: that is waited for as well', async () => {
    const over = limit(8);
    times = { ran: 0, waited: 12 };
    expect(await over, 'looked once when 8 ms had passed, and once when 12 more had').to.equal(2);
  });

  it('is not what we do for it, nor what its request was under way', async () => {
    const over = limit(8);
    let answer: (() => void) | undefined;
    const serving = time.serving(() => new Promise<void>((resolve) => (answer = resolve)), 5);
    const isOver = await Promise.race([over.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, 60, false))]);
    expect(isOver, 'while it is served').to.equal(false);
    answer?.();
    await serving;
    expect(await over).to.be.greaterThan(1);
  });

  it('is its part of the work where it has several things in hand', async () => {
    const ends = [time.begin(), time.begin(), time.begin(), time.begin()];
    const over = limit(8);
    times = { ran: 16, waited: 0 };
    expect(await over, 'three quarters of 16 ms are for the others').to.equal(2);
    for (const end of ends) end();
  });

  it('ends with what is disposed', async () => {
    let isOver = false;
    time
      .limit(4, () => {
        isOver = true;
      })
      .dispose();
    await limit(20);
    expect(isOver).to.equal(false);
  });

  it('is read from Linux for any thread', async function () {
    if (process.platform !== 'linux') this.skip();
    const mine = await threadTimes('self');
    if (mine === undefined) this.skip();
    expect(mine.ran).to.be.greaterThan(0);
    expect(mine.waited).to.be.at.least(0);
    expect(await threadTimes('0/task/0')).to.equal(undefined);
  });
});
