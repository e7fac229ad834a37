// When an event loop counts as starved, and which plugins do it too often.
import { expect } from 'chai';
import { barredPlugins, type Stall } from '#plugins/platform/watchdog/dist/stallNotes.js';
import { processorMsOf, Starvation } from '#plugins/platform/watchdog/dist/starvation.js';

describe('a starved event loop', () => {
  it('is one that used its processor time up without a turn', () => {
    const starvation = new Starvation(1_000);
    expect(starvation.look(1, 5_000)).to.equal(false);
    expect(starvation.look(1, 5_999)).to.equal(false);
    expect(starvation.look(1, 6_000)).to.equal(true);
  });

  it('is none that turns, however busy', () => {
    const starvation = new Starvation(1_000);
    const looks = Array.from({ length: 100 }, (_, beat) => starvation.look(beat, beat * 900));
    expect(looks).not.to.include(true);
  });

  it('is none that stands still: asleep, swapped out, or in a debugger', () => {
    const starvation = new Starvation(1_000);
    const looks = Array.from({ length: 1_000 }, () => starvation.look(7, 42_000));
    expect(looks).not.to.include(true);
  });

  it("is known by the thread's processor time, whatever the program is called", () => {
    const stat = '4711 (node ) 1 (x) R 1 2 3 4 -1 5 6 7 8 9 250 50 1 2 20 0 11 0 8675309 1 2';
    expect(processorMsOf(stat)).to.equal(3_000);
  });

  it("bars a plugin at the third time, and nobody for what was nobody's", () => {
    const stall = (plugin: string | undefined): Stall => ({ at: '2026-11-23T08:00:00Z', plugin, where: [], isTold: true });
    expect([
      ...barredPlugins([stall('a'), stall('b'), stall('a'), stall(undefined), stall(undefined), stall(undefined)]).keys(),
    ]).to.deep.equal([]);
    expect([...barredPlugins([stall('a'), stall('b'), stall('a'), stall('a')]).keys()]).to.deep.equal(['a']);
  });
});
