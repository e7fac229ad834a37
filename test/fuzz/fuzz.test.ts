import { expect } from 'chai';
import { Randomness } from '../plugins/fuzz/randomness.js';
import { type FuzzReport, FuzzRun } from './fuzzRun.js';
import { minimised } from './minimised.js';
import { keptSeeds } from './seeds.js';
import { BrokenRule, type FuzzGroup, type FuzzTarget } from './target.js';
import { TARGETS } from './targets.js';

/** Bent inputs for each target, the same ones each time: a test is not red by chance. `npm run fuzz` plays others, for minutes. */
const INPUTS = 200;
const GROUPS: readonly FuzzGroup[] = ['mail', 'servers', 'isp', 'files'];

function options(ms: number, seed = 1): ConstructorParameters<typeof FuzzRun>[1] {
  return { ms, seed, guided: false, corpus: false };
}

function complaints({ target, failures }: FuzzReport): readonly string[] {
  return failures.map(({ input, reason }) => `${target}: ${reason}\n  input: ${JSON.stringify(input.toString('latin1'))}`);
}

describe('parsers that strangers write to', function () {
  this.timeout(120_000);
  after(async () => {
    for (const target of TARGETS) await target.close?.();
  });

  for (const target of TARGETS) {
    it(`keep their rules for every kept input of ${target.name}`, async () => {
      expect(keptSeeds(target), 'kept inputs').to.not.deep.equal([]);
      expect(complaints(await new FuzzRun(target, options(0)).kept())).to.deep.equal([]);
    });
  }

  for (const group of GROUPS) {
    it(`keep their rules for bent inputs: ${group}`, async () => {
      for (const target of TARGETS.filter((each) => each.group === group)) {
        expect(complaints(await new FuzzRun(target, { ...options(60_000), most: INPUTS }).run())).to.deep.equal([]);
      }
    });
  }
});

describe('a fuzz run', () => {
  const broken: FuzzTarget = {
    name: 'no-such-target',
    group: 'mail',
    words: ['BOOM'],
    longest: 200,
    run: (input) => {
      if (input.includes('BOOM')) throw new BrokenRule(`nothing goes off: ${input.toString('latin1')}`);
    },
  };

  it('finds what breaks a rule, makes it small, and finds it again with the same seed', async () => {
    const first = (await new FuzzRun(broken, { ...options(30_000, 7), mostFailures: 1 }).run()).failures;
    expect(first.map(({ input, reason }) => [input.toString(), reason])).to.deep.equal([['BOOM', 'nothing goes off: BOOM']]);
  });

  it('counts work that grows faster than its input as a failure', async () => {
    const slow: FuzzTarget = { ...broken, longest: 4_000, words: ['x'.repeat(200)], run: (input) => spin(input.length ** 2 / 20) };
    const { failures } = await new FuzzRun(slow, { ...options(30_000, 7), mostFailures: 1 }).run();
    expect(failures.map(({ reason }) => reason.replace(/\d+/g, 'N'))).to.include(
      'It takes more processor time than N ms for N octets: N ms',
    );
  });

  it('makes an input small without losing what fails', async () => {
    const input = Buffer.from(`${'noise '.repeat(50)}<needle>${' more'.repeat(50)}`);
    expect((await minimised(input, async (smaller) => smaller.includes('needle'))).toString()).to.equal('needle');
  });

  it('takes chance from its seed alone', () => {
    const numbers = (seed: number): readonly number[] => {
      const random = new Randomness(seed);
      return Array.from({ length: 5 }, () => random.below(1_000));
    };
    expect(numbers(3)).to.deep.equal(numbers(3));
    expect(numbers(3)).to.not.deep.equal(numbers(4));
  });
});

/** Spends processor time; `rounds` thousands of steps. */
function spin(rounds: number): void {
  let sum = 0;
  for (let step = 0; step < rounds * 1_000; step += 1) sum += step % 7;
  if (sum < 0) throw new Error('never');
}
