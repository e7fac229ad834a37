import { expect } from 'chai';
import { crashPauseMs, type DoorDemand, type Loads, nextDemand } from '#plugins/platform/doors/dist/doorDemand.js';
import type { DoorMode } from '#plugins/platform/doors/dist/doorMode.js';

const AUTO: DoorMode = { most: 4, least: 0 };
const BUSY: Loads = { main: 0.9, doors: 0 };
const MIDDLING: Loads = { main: 0.5, doors: 0.4 };
const QUIET: Loads = { main: 0.1, doors: 0.1 };

/** Looks once a second for so many seconds. */
function lookedAt(seconds: number, loads: Loads, before: DoorDemand, mode = AUTO): DoorDemand {
  return Array.from({ length: seconds }, (_, second) => second * 1_000).reduce(
    (demand, since) => nextDemand(demand, loads, mode, since, since + 1_000),
    before,
  );
}

describe('when doors come and go', () => {
  it('wants one more for every two seconds in which the main thread is busy, up to the most', () => {
    const wanted = [1, 2, 3, 4, 5, 6, 8, 20].map((seconds) => lookedAt(seconds, BUSY, { wanted: 0 }).wanted);
    expect(wanted).to.deep.equal([0, 1, 1, 2, 2, 3, 4, 4]);
  });

  it('begins to count again where the main thread is not busy in between', () => {
    const once = lookedAt(1, BUSY, { wanted: 0 });
    expect(lookedAt(1, BUSY, lookedAt(1, MIDDLING, once)).wanted).to.equal(0);
  });

  it('lets all go after a minute in which main thread and doors have little to do', () => {
    expect(lookedAt(59, QUIET, { wanted: 3 }).wanted).to.equal(3);
    expect(lookedAt(60, QUIET, { wanted: 3 }).wanted).to.equal(0);
  });

  it('keeps them while they carry what would make the main thread busy again', () => {
    expect(lookedAt(300, MIDDLING, { wanted: 2 }).wanted).to.equal(2);
    expect(lookedAt(300, { main: 0.1, doors: 0.5 }, { wanted: 2 }).wanted).to.equal(2);
    const broken = lookedAt(59, QUIET, { wanted: 2 });
    expect(lookedAt(59, QUIET, lookedAt(1, MIDDLING, broken)).wanted).to.equal(2);
  });

  it('keeps as many as the settings say, whatever there is to do', () => {
    const two: DoorMode = { most: 2, least: 2 };
    expect(lookedAt(1, QUIET, { wanted: 0 }, two).wanted).to.equal(2);
    expect(lookedAt(300, QUIET, { wanted: 2 }, two).wanted).to.equal(2);
    expect(lookedAt(300, BUSY, { wanted: 2 }, two).wanted).to.equal(2);
  });

  it('wants none where there may be none', () => {
    expect(lookedAt(10, BUSY, { wanted: 3 }, { most: 0, least: 0, reason: 'settings' }).wanted).to.equal(0);
  });

  it('waits longer after each crash in a row, up to a minute', () => {
    expect([1, 2, 3, 4, 7, 100].map(crashPauseMs)).to.deep.equal([1_000, 2_000, 4_000, 8_000, 60_000, 60_000]);
  });
});
