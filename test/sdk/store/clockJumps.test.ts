import { isToBeNoted, jumpBetween, jumpLeft, jumpSinceLastRun } from '@postroom/sdk/store';
import { expect } from 'chai';

const HOUR = 3_600_000;

describe('A clock that is watched', () => {
  const at = (wall: number, monotonic: number): { wall: Date; monotonic: number } => ({ wall: new Date(wall), monotonic });

  it('jumps where it goes otherwise than time does, by more than a time server moves it', () => {
    expect(jumpBetween(at(0, 0), at(HOUR, HOUR))).to.equal(0);
    expect(jumpBetween(at(0, 0), at(HOUR + 60_000, HOUR))).to.equal(0);
    expect(jumpBetween(at(0, 0), at(HOUR + 60_001, HOUR))).to.equal(60_001);
    expect(jumpBetween(at(9 * HOUR, 0), at(HOUR, HOUR))).to.equal(-9 * HOUR);
  });

  it('is noted at first, each hour, and where it jumps', () => {
    expect(isToBeNoted(undefined, at(0, 0))).to.equal(true);
    expect(isToBeNoted(at(0, 0), at(HOUR - 1, HOUR - 1))).to.equal(false);
    expect(isToBeNoted(at(0, 0), at(HOUR, HOUR))).to.equal(true);
    expect(isToBeNoted(at(0, 0), at(9 * HOUR, 1))).to.equal(true);
  });

  it('jumped while no process ran where the gap is not plausible', () => {
    expect(jumpSinceLastRun(undefined, new Date(HOUR))).to.equal(0);
    expect(jumpSinceLastRun(0, new Date(36 * HOUR))).to.equal(0);
    expect(jumpSinceLastRun(0, new Date(37 * HOUR))).to.equal(37 * HOUR);
    expect(jumpSinceLastRun(HOUR, new Date(0))).to.equal(-HOUR);
  });
});

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
