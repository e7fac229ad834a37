import type { FetchProblem, FetchReport } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { FetchBackOff } from '#core/flow/fetching/fetchBackOff.js';

const MINUTE = 60_000;
const report = (...failed: readonly FetchProblem[]): FetchReport => ({ fetched: 0, stored: 0, duplicates: 0, failed });
const REFUSED = report({ code: 'isp/login-refused', message: 'The ISP refuses the password.' });

describe('the back-off of an account that cannot be fetched', () => {
  let clock: VirtualClock;
  let backOff: FetchBackOff;
  beforeEach(() => {
    clock = new VirtualClock();
    backOff = new FetchBackOff(clock);
  });

  /** Whole minutes after which the account is tried again. */
  async function minutes(): Promise<number> {
    for (let minute = 0; minute < 1_000; minute += 1) {
      if (backOff.of('company') === undefined) return minute;
      await clock.advance(MINUTE);
    }
    throw new Error('It never ends.');
  }

  it('begins where the account fails as a whole, and says for what', () => {
    backOff.tried('company', REFUSED);
    expect(backOff.of('company')).to.equal('The ISP refuses the password.');
    expect(backOff.of('works'), 'that account alone').to.equal(undefined);
  });

  it('does not begin for single messages that could not be collected', () => {
    backOff.tried('company', report({ code: 'isp/unreachable', uidl: 'u1', message: 'The line was cut.' }));
    expect(backOff.of('company')).to.equal(undefined);
  });

  it('is longer with each failure in a row, by what went wrong (84, 85)', async () => {
    const waits: number[] = [];
    for (let failure = 0; failure < 5; failure += 1) {
      backOff.tried('company', REFUSED);
      waits.push(await minutes());
    }
    expect(waits).to.deep.equal([30, 60, 120, 240, 240]);
    backOff.tried('works', report({ code: 'isp/in-use', message: 'Somebody else reads it.' }));
    expect(backOff.of('works')).to.equal('Somebody else reads it.');
    await clock.advance(MINUTE);
    expect(backOff.of('works')).to.equal(undefined);
  });

  it('begins again at the first wait once the account was fetched', async () => {
    backOff.tried('company', REFUSED);
    await minutes();
    backOff.tried('company', REFUSED);
    await minutes();
    backOff.tried('company', report());
    backOff.tried('company', REFUSED);
    expect(await minutes()).to.equal(30);
  });

  it('goes by the clock that never jumps', async () => {
    backOff.tried('company', REFUSED);
    clock.jump(86_400_000);
    expect(await minutes()).to.equal(30);
  });

  it('is as long as the ISP asks for, where all went well too, and where it asks for less, as long as the failure wants', async () => {
    const inMinutes = (wait: number): Date => new Date(clock.now().getTime() + wait * MINUTE);
    backOff.tried('company', { ...report(), retryAfter: inMinutes(7) });
    expect(backOff.of('company')).to.equal('The ISP asked to come back later.');
    expect(await minutes()).to.equal(7);
    backOff.wake('company');
    backOff.tried('company', { ...REFUSED, retryAfter: inMinutes(7) });
    expect(await minutes()).to.equal(30);
  });

  it('ends when the cause may be mended: for one account, or for all', () => {
    backOff.tried('company', REFUSED);
    backOff.tried('works', REFUSED);
    backOff.wake('company');
    expect([backOff.of('company') === undefined, backOff.of('works') === undefined]).to.deep.equal([true, false]);
    backOff.wakeAll();
    expect(backOff.of('works')).to.equal(undefined);
  });
});
