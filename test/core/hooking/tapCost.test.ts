import { expect } from 'chai';
import { TapCost } from '#core/hooking/tapCost.js';

describe('the cost of a tap', () => {
  it('is nothing before the first call', () => {
    expect(new TapCost().figures).to.deep.equal({ calls: 0, failures: 0, medianMs: undefined, slowestMs: undefined });
  });

  it('is a median, so that one slow call does not hide what the others take', () => {
    const cost = new TapCost();
    for (const milliseconds of [0.2, 900, 0.1, 0.3, 0.25]) cost.add(milliseconds, milliseconds > 100);
    expect(cost.figures).to.deep.equal({ calls: 5, failures: 1, medianMs: 0.25, slowestMs: 900 });
  });

  it('forgets what was long ago, but no call and no failure', () => {
    const cost = new TapCost();
    cost.add(900, true);
    for (let call = 0; call < 128; call += 1) cost.add(0.5, false);
    expect(cost.figures).to.deep.equal({ calls: 129, failures: 1, medianMs: 0.5, slowestMs: 0.5 });
  });
});
