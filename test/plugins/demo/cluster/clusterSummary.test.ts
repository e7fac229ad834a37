import { expect } from 'chai';
import { clusterSummary, verdict } from '#plugins/demo/dist/cluster/clusterSummary.js';
import { type Letter, letter, type PickedUp, pickedUp } from '#plugins/demo/dist/cluster/letters.js';

const LETTERS = [1, 2, 3].map((number) => letter('smtp', number, 'lisa@works.example'));
const COLLECTED = [1, 2].map((number) => letter('isp', number, 'john@works.example'));
const first = { name: 'front-1' } as never;
const second = { name: 'front-2' } as never;

describe('what the demo of two servers says at its end', () => {
  const found = (letters: readonly Letter[]): readonly PickedUp[] =>
    letters.map(({ text }) => pickedUp(`Received: from a\r\n\tby b\r\n${text}`));
  const summaryOf = (there: readonly PickedUp[], sentAgain: readonly Letter[] = []): ReturnType<typeof clusterSummary> =>
    clusterSummary({
      promised: LETTERS.map((each, at) => ({ letter: each, by: at === 0 ? first : second })),
      sentAgain: new Set(sentAgain),
      atIsp: COLLECTED,
      found: there,
      first,
      takeOverSeconds: 31.4,
    });
  const all = found([...LETTERS, ...COLLECTED]);

  it('is that nothing was lost where each letter is there once, as it was sent', () => {
    const summary = summaryOf(all);
    expect(summary).to.include({ promisedByKilled: 1, takeOverSeconds: 31, lost: 0, damaged: 0, twice: 0 });
    expect(summary.promised).to.deep.equal({ letters: 3, there: 3, lost: 0, damaged: 0, twice: 0 });
    expect(verdict(summary)).to.equal('Nothing was lost, damaged or doubled.');
  });

  it('is not where one is missing, differs by an octet, or is there twice', () => {
    const text = LETTERS[1]?.text ?? '';
    const bent = found([{ ...(LETTERS[1] as Letter), text: text.replace(/.(?=\r\n$)/, (octet) => (octet === 'A' ? 'B' : 'A')) }]);
    for (const [there, said] of [
      [all.slice(1), 'NOT as it should be: 1 lost, 0 damaged, 0 twice.'],
      [[...all.slice(0, 1), ...bent, ...all.slice(2)], 'NOT as it should be: 0 lost, 1 damaged, 0 twice.'],
      [[...all, ...all.slice(4)], 'NOT as it should be: 0 lost, 0 damaged, 1 twice.'],
    ] as const) {
      expect(verdict(summaryOf(there))).to.equal(said);
    }
  });

  it('lets those be there twice that were sent again, but not be lost', () => {
    const again = LETTERS.slice(0, 1);
    expect(verdict(summaryOf([...all, ...all.slice(0, 1)], again))).to.equal(
      'Nothing was lost, damaged or doubled. 1 of those that were sent again is there twice, as with any mail server.',
    );
    expect(verdict(summaryOf(all.slice(1), again))).to.include('1 lost');
  });
});
