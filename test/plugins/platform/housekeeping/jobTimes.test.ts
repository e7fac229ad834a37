// When jobs are due, by the clock and by what is known of their last run.
import { expect } from 'chai';
import { begun, isDue, type JobRecord, jobProblem, nextLook } from '#plugins/platform/housekeeping/dist/jobTimes.js';

/** Local time, as the machine's calendar has it. */
const at = (day: number, hour: number, minute = 0): Date => new Date(2026, 10, day, hour, minute);
const ran = (when: Date): JobRecord => ({ at: when.toISOString() });

describe('a job', () => {
  it('is due in every day, or hour, in which it has not begun', () => {
    expect(isDue('day', undefined, at(2, 12)), 'it has never run').to.equal(true);
    expect(isDue('day', ran(at(2, 0)), at(2, 23, 59))).to.equal(false);
    expect(isDue('day', ran(at(2, 23, 59)), at(3, 0))).to.equal(true);
    expect(isDue('day', ran(at(2, 12)), at(20, 12)), 'days were missed').to.equal(true);
    expect(isDue('hour', ran(at(2, 12)), at(2, 12, 59))).to.equal(false);
    expect(isDue('hour', ran(at(2, 12, 59)), at(2, 13))).to.equal(true);
  });

  it('is due though a clock that was ahead is right again', () => {
    expect(isDue('day', ran(at(28, 12)), at(2, 12))).to.equal(true);
    expect(isDue('hour', ran(at(2, 20)), at(2, 12))).to.equal(true);
  });

  it('gets one more try in its period where the server ended before it, and then waits for the next', () => {
    const first = begun('day', { at: at(1, 0).toISOString(), problem: 'It failed.' }, at(2, 0));
    expect(first).to.deep.equal({ at: at(2, 0).toISOString(), unfinished: 1, problem: 'It failed.' });
    expect(isDue('day', first, at(2, 1))).to.equal(true);
    const second = begun('day', first, at(2, 1));
    expect(second.unfinished).to.equal(2);
    expect(isDue('day', second, at(2, 2))).to.equal(false);
    expect(jobProblem(second)).to.equal('The server ended before it did.');
    expect(isDue('day', second, at(3, 0))).to.equal(true);
    expect(begun('day', second, at(3, 0)).unfinished).to.equal(1);
  });

  it('is looked for a moment after each full hour and each midnight', () => {
    const start = at(2, 12, 30);
    const look = nextLook(start);
    expect(look.getTime() % 3_600_000).to.equal(5_000);
    expect(look.getTime() - start.getTime()).to.be.within(1, 3_605_000);
    let now = at(2, 22, 10);
    const looks: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      now = nextLook(now);
      looks.push(now.toTimeString().slice(0, 8));
    }
    expect(looks).to.include('00:00:05');
  });
});
