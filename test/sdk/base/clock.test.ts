import { SystemClock } from '@postroom/sdk/base';
import { expect } from 'chai';

/** Beyond this setTimeout fires at once. */
const LONGEST = 2 ** 31 - 1;

describe('The system clock', () => {
  for (const [name, ms] of [
    ['25 days', LONGEST + 1],
    ['a year', 365 * 86_400_000],
  ] as const) {
    it(`F44 lets no timer of ${name} fire early, and disposes of it`, async () => {
      const clock = new SystemClock();
      let fired = false;
      const timer = clock.after(ms, () => {
        fired = true;
      });
      // Node would have fired it after 1 ms: timers that are due later come behind it.
      await new Promise<void>((resolve) => clock.after(20, resolve));
      expect(fired).to.equal(false);
      await timer.dispose();
    });
  }

  it('F44 sets a long timer anew until its time has come', async () => {
    let now = 0;
    const clock = Object.assign(new SystemClock(), { monotonic: () => now });
    const set: number[] = [];
    const real = globalThis.setTimeout;
    const fake = (call: () => void, ms: number): NodeJS.Timeout => {
      set.push(ms);
      now += ms;
      return real(call, 0);
    };
    globalThis.setTimeout = Object.assign(fake, real) as typeof setTimeout;
    try {
      await new Promise<void>((resolve) => clock.after(2 * LONGEST + 5, resolve));
    } finally {
      globalThis.setTimeout = real;
    }
    expect(set).to.deep.equal([LONGEST, LONGEST, 5]);
  });
});
