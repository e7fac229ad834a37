import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';

describe('VirtualClock', () => {
  it('fires timers in the order of their time, each at its own time', async () => {
    const clock = new VirtualClock('2026-11-02T08:00:00Z');
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} ${clock.now().toISOString().slice(14, 19)}`);
    clock.after(30_000, note('b'));
    clock.after(10_000, note('a'));
    clock.after(30_000, note('c'));
    clock.after(90_000, note('d'));
    await clock.advance(60_000);
    expect(fired).to.deep.equal(['a 00:10', 'b 00:30', 'c 00:30']);
    expect(clock.pending).to.equal(1);
  });

  it('fires timers that a timer sets, after promises settled', async () => {
    const clock = new VirtualClock();
    let ticks = 0;
    const tick = (): void => {
      ticks += 1;
      void Promise.resolve().then(() => clock.after(1_000, tick));
    };
    clock.after(1_000, tick);
    await clock.advance(10_000);
    expect(ticks).to.equal(10);
  });

  it('forgets a disposed timer', async () => {
    const clock = new VirtualClock();
    let fired = false;
    await clock.after(5, () => (fired = true)).dispose();
    await clock.advance(10);
    expect([fired, clock.pending]).to.deep.equal([false, 0]);
  });

  it('jumps by the wall clock only', async () => {
    const clock = new VirtualClock('2026-11-02T08:00:00Z');
    let fired = false;
    clock.after(60_000, () => (fired = true));
    clock.jump(-3_600_000);
    expect([clock.now().toISOString(), clock.monotonic()]).to.deep.equal(['2026-11-02T07:00:00.000Z', 0]);
    await clock.advance(59_999);
    expect(fired).to.equal(false);
    await clock.advance(1);
    expect(fired).to.equal(true);
  });

  it('reaches further than setTimeout does (0.13)', async () => {
    const clock = new VirtualClock();
    let fired = 0;
    clock.after(2 ** 31 + 5, () => (fired += 1));
    await clock.advance(2 ** 31);
    expect(fired).to.equal(0);
    await clock.advance(5);
    expect(fired).to.equal(1);
  });
});
