import { expect } from 'chai';
import { jumpLeft } from '#plugins/store-postgres/dist/records/clockJumps.js';

const HOUR = 3_600_000;

describe('A jump of the clock that several servers see', () => {
  it('is followed once', () => {
    expect(jumpLeft(12 * HOUR, 0)).to.equal(12 * HOUR);
    expect(jumpLeft(12 * HOUR, 12 * HOUR)).to.equal(0);
    expect(jumpLeft(12 * HOUR, 12 * HOUR + 900), 'each measured it for itself').to.equal(0);
    expect(jumpLeft(-12 * HOUR, -12 * HOUR)).to.equal(0);
  });

  it('is followed as far as another server, which did not see all of it, has not', () => {
    expect(jumpLeft(5 * HOUR, 12 * HOUR)).to.equal(-7 * HOUR);
    expect(jumpLeft(-8 * HOUR, 12 * HOUR)).to.equal(-20 * HOUR);
  });

  it('is corrected by nobody who saw none, as a machine that slept saw one', () => {
    expect(jumpLeft(0, 8 * HOUR)).to.equal(0);
    expect(jumpLeft(0, 0)).to.equal(0);
  });
});
