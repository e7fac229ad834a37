// A start with next to nothing left on ext4, on a disk of its own: case 062 where its folder is there, and the sizes around it everywhere.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { caseFolder } from '../kit/publicCases.js';
import { DISK_MB, DiskWorld } from './diskWorld.js';
import { FullStart } from './fullStart.js';
import { BreakableDisk } from './smallDisk.js';

const CASE = caseFolder('062');
const [DESCRIBED_MB, DESCRIBED_KB] = CASE === undefined ? [DISK_MB, 32] : figuresOf(readFileSync(path.join(CASE, 'input.txt'), 'utf8'));

/** Megabytes of the disk, and kilobytes that are left of it. */
function figuresOf(text: string): readonly [number, number] {
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
  return [number(/loop of (\d+) MB/), number(/until (\d+) KB/)];
}

describe(`A start on an ext4 of ${DESCRIBED_MB} MB that is full${CASE === undefined ? '' : ' (case 062)'}`, function () {
  this.timeout(170_000);
  let world: DiskWorld | undefined;
  let start: FullStart;

  before(async function () {
    const disk = await BreakableDisk.make(DESCRIBED_MB).catch((error: unknown) => {
      process.stderr.write(`No small disk could be mounted (${String(error).split('\n')[0]}): this needs root and loop devices.\n`);
    });
    if (!disk) return this.skip();
    world = await DiskWorld.start(disk);
    start = new FullStart(world);
    await start.prepare(8);
  });
  after(() => world?.stop());

  for (const leftKb of new Set([0, 8, DESCRIBED_KB, 64])) {
    it(`serves, lets people pick up and delete, and lets the doctor in with ${leftKb} KB left`, async () => {
      expect(await start.serving(leftKb)).to.deep.equal([]);
      expect(await start.doctor(leftKb)).to.deep.equal([]);
    });
  }

  it('answers every command that only looks with nothing left, again and again', async () => {
    expect(await start.looking(0)).to.deep.equal([]);
    expect(await start.looking(0)).to.deep.equal([]);
  });

  it('serves what can be read, or says why not, where the ballast is gone as well', async () => {
    expect(await start.withoutBallast(0)).to.deep.equal([]);
  });

  it('has the figures of case 062', function () {
    if (CASE === undefined) this.skip();
    expect(DESCRIBED_MB).to.be.greaterThan(0);
    expect(DESCRIBED_KB).to.be.greaterThan(0);
  });
});
