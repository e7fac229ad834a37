import { expect } from 'chai';
import { failuresAfter, restartDelay } from '#plugins/platform/isolation/dist/process/restart.js';

describe('the restart of a plugin process', () => {
  it('waits five times as long after each failure, a minute at most', () => {
    expect([1, 2, 3, 4, 5, 6].map(restartDelay)).to.deep.equal([100, 500, 2_500, 12_500, 60_000, 60_000]);
  });

  it('begins anew after a life of ten minutes', () => {
    expect(failuresAfter({ failures: 3, livedMs: 599_999 })).to.equal(4);
    expect(failuresAfter({ failures: 3, livedMs: 600_000 })).to.equal(1);
  });
});
