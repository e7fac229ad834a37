// When a row of the bench has reached its goals, and when nobody can say.
import { expect } from 'chai';
import { type Moment, runningIn } from './machine.js';
import { cheaper, costingAtMost, faster, figure, notMeasured, type Row, shorter, within, withoutGoals } from './row.js';
import { lineOf, recordOf } from './table.js';
import { busyWith, verdictOf } from './verdict.js';

const QUIET: Moment = { load: 0.3, running: 0.1, others: 0.01 };

function smtpRow({ rate = 4, cost = 4.5, others = 0 } = {}): Row {
  return { ...faster('SMTP', 'messages/s', rate * 800, 800, 3), cpu: cheaper('us a message', 1_000 / cost, 1_000, 4), others };
}

describe('the verdict on a row', () => {
  it('is reached only where the clock and the processor time both are', () => {
    expect(verdictOf(smtpRow(), undefined).verdict).to.equal('reached');
    expect(verdictOf(smtpRow({ rate: 2.9 }), undefined).verdict).to.equal('not reached');
    expect(verdictOf(smtpRow({ cost: 3.9 }), undefined).verdict).to.equal('not reached');
  });

  it('is reached at the goal itself, in each direction', () => {
    expect(smtpRow({ rate: 3, cost: 4 })).to.deep.include({ reached: true });
    expect(shorter('fetch', 's', 1, 2, 0.5).reached).to.equal(true);
    expect(shorter('fetch', 's', 1.01, 2, 0.5).reached).to.equal(false);
    expect(within('ready', 's', 0.8, 0.8).reached).to.equal(true);
    expect(costingAtMost('ms a message', 0.31, 0.3).reached).to.equal(false);
  });

  it('is none where other things took more than a tenth of the machine meanwhile', () => {
    expect(verdictOf(smtpRow({ others: 0.1 }), undefined).verdict).to.equal('reached');
    expect(verdictOf(smtpRow({ others: 0.11 }), undefined)).to.deep.equal({
      verdict: 'no verdict',
      why: 'other things took 11 % of the processors meanwhile',
    });
  });

  it('is none for what a clock says when the machine was busy; what is counted stays judged', () => {
    const busy = 'the load was 9';
    expect(verdictOf(smtpRow(), busy)).to.deep.equal({ verdict: 'no verdict', why: busy });
    for (const unit of ['s', 'ms', 'listings/s']) expect(verdictOf(within('x', unit, 1, 2), busy).verdict, unit).to.equal('no verdict');
    for (const unit of ['MB', 'bodies on disk', 'elements'])
      expect(verdictOf(within('x', unit, 1, 2), busy).verdict, unit).to.equal('reached');
  });

  it('is none where there is no goal or no figure', () => {
    expect(verdictOf(figure('x', 's', 1, 2), 'busy').verdict).to.equal('measured');
    expect(verdictOf(withoutGoals(smtpRow()), undefined).verdict).to.equal('measured');
    expect(verdictOf(notMeasured('x', 'No compiler.'), 'busy').verdict).to.equal('not measured');
  });
});

describe('a busy machine', () => {
  it('is seen by its load at the start, by what runs at either end, and by what that takes', () => {
    expect(busyWith(2, QUIET, QUIET)).to.equal(undefined);
    expect(busyWith(2, { ...QUIET, load: 3.1 })).to.contain('the load was 3.1 at the start');
    expect(busyWith(2, QUIET, { ...QUIET, running: 3.1 })).to.contain('3.1 other threads wanted to run at the end');
    expect(busyWith(2, { ...QUIET, others: 0.2 }, QUIET)).to.contain('20 % of the processors at the start');
  });

  it('is not one whose load at the end is that of the bench itself', () => {
    expect(busyWith(2, QUIET, { ...QUIET, load: 20 })).to.equal(undefined);
  });

  it('has as many threads that run as /proc/loadavg says', () => {
    expect(runningIn('2.23 0.93 0.63 7/216 21404\n')).to.equal(7);
  });
});

describe('a line of the table', () => {
  it('has the processor time of both sides and its ratio beside the clock, and says which goal was missed', () => {
    const lines = lineOf(smtpRow({ cost: 3.9 }), undefined).split('\n');
    expect(lines[0]).to.equal('NOT REACHED   SMTP');
    expect(lines[1]).to.equal('    ours 3,200 messages/s  peer 800  ratio 4.00  goal >= 3 x');
    expect(lines[2]).to.equal('    processor time: ours 256 us a message  peer 1,000  peer/ours 3.90  goal >= 4 x, not reached');
  });

  it('has the same for programs, with the verdict', () => {
    const record = recordOf(smtpRow({ others: 0.5 }), undefined);
    expect(record).to.deep.include({ work: 'SMTP', ratio: 4, verdict: 'no verdict', others: 0.5 });
    expect(record['cpu']).to.deep.include({ ours: 1_000 / 4.5, peer: 1_000, ratio: 4.5 });
  });
});
