import type { ScheduleContext } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { planRounds, type TimerSettings } from '#plugins/timer/dist/plan.js';
import type { ReceiveWindow, Weekday } from '#plugins/timer/dist/windows.js';

const WEEK: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WORKDAYS = WEEK.slice(0, 5);
const BERLIN = 'Europe/Berlin';

function settings(change: Partial<TimerSettings> = {}): TimerSettings {
  return { everyMinutes: 5, outboxCount: 1, windows: [{ days: WEEK, from: '00:00', to: '24:00' }], ...change };
}

function context(now: string, change: Partial<ScheduleContext> = {}): ScheduleContext {
  return { now: new Date(now), outbox: 0, lastRound: undefined, timeZone: BERLIN, ...change };
}

/** What a clock on a Berlin wall shows, made by other means than the plugin's: `Sun 25 02:30 GMT+1`. */
function berlin(at: Date): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: BERLIN,
    weekday: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
    .format(at)
    .replaceAll(',', '')
    .replace(' at ', ' ');
}

function times(now: string, change: Partial<TimerSettings>, inContext: Partial<ScheduleContext> = {}, count = 10): readonly string[] {
  return planRounds(context(now, inContext), settings(change), count).map((round) => round.at.toISOString());
}

const window = (from: string, to: string, days: readonly Weekday[] = WEEK): { readonly windows: readonly ReceiveWindow[] } => ({
  windows: [{ days, from, to }],
});

describe('the plan by the clock', () => {
  it('begins at once, then every five minutes, ten rounds ahead', () => {
    const planned = times('2026-11-02T08:00:00Z', {});
    expect(planned).to.have.length(10);
    expect([planned[0], planned[1], planned[9]]).to.deep.equal([
      '2026-11-02T08:00:00.000Z',
      '2026-11-02T08:05:00.000Z',
      '2026-11-02T08:45:00.000Z',
    ]);
  });

  it('counts from the beginning of the last round', () => {
    expect(times('2026-11-02T08:03:00Z', {}, { lastRound: new Date('2026-11-02T08:01:30Z') })[0]).to.equal('2026-11-02T08:06:30.000Z');
  });

  it('is due now, and once, after twelve hours of sleep (F43)', () => {
    const planned = times('2026-11-02T20:00:00Z', {}, { lastRound: new Date('2026-11-02T08:00:00Z') });
    expect(planned.slice(0, 2)).to.deep.equal(['2026-11-02T20:00:00.000Z', '2026-11-02T20:05:00.000Z']);
  });

  it('takes a last round in the future for one that began now (F41)', () => {
    expect(times('2026-11-02T08:00:00Z', {}, { lastRound: new Date('2027-11-02T08:00:00Z') })[0]).to.equal('2026-11-02T08:05:00.000Z');
  });

  it('plans nothing where it is off or no window is left', () => {
    expect(times('2026-11-02T08:00:00Z', { everyMinutes: 0 })).to.deep.equal([]);
    expect(times('2026-11-02T08:00:00Z', { windows: [] })).to.deep.equal([]);
  });

  it('says why', () => {
    expect(planRounds(context('2026-11-02T08:00:00Z'), settings())[0]).to.deep.include({
      reason: 'timer',
      accounts: 'all',
      because: 'every 5 minutes',
    });
    expect(planRounds(context('2026-11-02T08:00:00Z'), settings({ everyMinutes: 1 }))[0]?.because).to.equal('every minute');
  });
});

describe('the plan within windows', () => {
  it('keeps to days and hours, end excluded, and goes on at the next opening', () => {
    // Friday, 16:50 in Berlin.
    const planned = planRounds(context('2026-11-06T15:50:00Z'), settings(window('09:00', '17:00', WORKDAYS)), 4);
    expect(planned.map((round) => berlin(round.at))).to.deep.equal(
      ['Fri 06 16:50 CET', 'Fri 06 16:55 CET', 'Mon 09 09:00 CET', 'Mon 09 09:05 CET'].map(zoneAsShown),
    );
  });

  it('crosses midnight on the day on which it began (97)', () => {
    const change = { everyMinutes: 60, ...window('22:00', '02:00', ['sat']) };
    const planned = planRounds(context('2026-11-05T12:00:00Z'), settings(change), 5);
    expect(planned.map((round) => berlin(round.at))).to.deep.equal(
      ['Sat 07 22:00 CET', 'Sat 07 23:00 CET', 'Sun 08 00:00 CET', 'Sun 08 01:00 CET', 'Sat 14 22:00 CET'].map(zoneAsShown),
    );
  });

  it('is open in the part of a window that reaches over from yesterday', () => {
    expect(times('2026-11-08T00:30:00Z', window('22:00', '02:00', ['sat']))[0]).to.equal('2026-11-08T00:30:00.000Z');
  });

  it('takes equal times for 24 hours', () => {
    expect(times('2026-11-08T07:00:00Z', window('08:00', '08:00', ['sun'])).at(-1)).to.equal('2026-11-08T07:45:00.000Z');
    expect(times('2026-11-09T06:58:00Z', window('08:00', '08:00', ['sun']), {}, 2)).to.deep.equal([
      '2026-11-09T06:58:00.000Z',
      '2026-11-15T07:00:00.000Z',
    ]);
  });

  it('joins overlapping windows and takes the earlier of several', () => {
    const windows = [
      { days: WEEK, from: '12:00', to: '13:00' },
      { days: WEEK, from: '08:00', to: '08:10' },
      { days: WEEK, from: '08:05', to: '08:20' },
    ];
    const planned = planRounds(context('2026-11-02T05:00:00Z'), settings({ windows }), 5);
    expect(planned.map((round) => berlin(round.at).slice(7, 12))).to.deep.equal(['08:00', '08:05', '08:10', '08:15', '12:00']);
  });

  it('finds an opening a week away, over the end of a year and on a 29th of February (F44)', () => {
    expect(times('2026-12-31T12:00:00Z', window('08:00', '09:00', ['thu']), {}, 1)).to.deep.equal(['2027-01-07T07:00:00.000Z']);
    expect(times('2028-02-28T23:30:00Z', window('08:00', '09:00', ['tue']), {}, 1)).to.deep.equal(['2028-02-29T07:00:00.000Z']);
  });

  it('follows the zone of the server, negative and half-hour offsets too', () => {
    expect(times('2026-11-02T05:00:00Z', window('09:00', '10:00'), { timeZone: 'America/New_York' }, 1)).to.deep.equal([
      '2026-11-02T14:00:00.000Z',
    ]);
    expect(times('2026-11-02T05:00:00Z', window('12:00', '13:00'), { timeZone: 'Asia/Kolkata' }, 1)).to.deep.equal([
      '2026-11-02T06:30:00.000Z',
    ]);
    expect(times('2026-11-02T05:00:00Z', window('09:00', '10:00'), { timeZone: 'UTC' }, 1)).to.deep.equal(['2026-11-02T09:00:00.000Z']);
  });
});

describe('the plan in nights in which clocks change (F42)', () => {
  it('keeps five real minutes through the hour that comes twice and the one that is missing (97)', () => {
    for (const start of ['2026-10-24T23:30:00Z', '2027-03-28T00:30:00Z']) {
      const planned = planRounds(context(start), settings(), 40).map((round) => round.at.getTime());
      expect(planned.slice(1).map((at, index) => at - (planned[index] ?? 0))).to.deep.equal(Array(39).fill(300_000));
    }
  });

  it('runs 02:30 daily once on 2026-10-25, when it comes twice', () => {
    const planned = times('2026-10-24T12:00:00Z', window('02:30', '02:35'), {}, 3);
    expect(planned).to.deep.equal(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z', '2026-10-27T01:30:00.000Z']);
  });

  it('runs 02:30 daily once on 2027-03-28, when it does not come: after the gap', () => {
    const planned = times('2027-03-27T12:00:00Z', window('02:30', '02:35'), {}, 3);
    expect(planned).to.deep.equal(['2027-03-28T01:00:00.000Z', '2027-03-29T00:30:00.000Z', '2027-03-30T00:30:00.000Z']);
  });

  it('opens after the gap where only the beginning is missing, and closes at it where the end is', () => {
    expect(times('2027-03-27T23:00:00Z', window('02:30', '04:00'), {}, 1)).to.deep.equal(['2027-03-28T01:00:00.000Z']);
    expect(times('2027-03-28T00:58:00Z', window('01:00', '02:30'), {}, 2)).to.deep.equal([
      '2027-03-28T00:58:00.000Z',
      '2027-03-28T23:00:00.000Z',
    ]);
  });

  it('keeps a window that spans the repeated hour open throughout', () => {
    const planned = planRounds(context('2026-10-24T23:00:00Z'), settings({ everyMinutes: 30, ...window('01:00', '04:00') }), 8);
    expect(planned.map((round) => round.at.toISOString().slice(11, 16))).to.deep.equal([
      '23:00',
      '23:30',
      '00:00',
      '00:30',
      '01:00',
      '01:30',
      '02:00',
      '02:30',
    ]);
  });

  it('keeps 09:00 to 17:00 on workdays at the same wall-clock hours before and after', () => {
    for (const [friday, monday] of [
      ['2026-10-23T14:55:00Z', '2026-10-26T08:00:00.000Z'],
      ['2027-03-26T15:55:00Z', '2027-03-29T07:00:00.000Z'],
    ] as const) {
      expect(times(friday, window('09:00', '17:00', WORKDAYS), {}, 2)).to.deep.equal([new Date(friday).toISOString(), monday]);
    }
  });

  it('never plans a round outside its window, at any minute of both weekends', () => {
    const change = window('09:00', '17:00', WORKDAYS);
    for (const night of ['2026-10-24T00:00:00Z', '2027-03-27T00:00:00Z']) {
      for (let minute = 0; minute < 3 * 24 * 60; minute += 7) {
        const now = new Date(new Date(night).getTime() + minute * 60_000);
        for (const { at } of planRounds({ ...context(night), now }, settings(change), 2)) {
          expect(at.getTime()).to.be.at.least(now.getTime());
          expect(berlin(at)).to.match(/^(Mon|Tue|Wed|Thu|Fri) \d\d (09|1[0-6]):/);
        }
      }
    }
  });
});

describe('the plan by the Outbox', () => {
  it('is due at once when enough messages wait, and receives by the clock after that (98)', () => {
    const planned = planRounds(context('2026-11-02T08:03:00Z', { outbox: 1, lastRound: new Date('2026-11-02T08:00:00Z') }), settings(), 2);
    expect(planned.map((round) => [round.reason, round.at.toISOString(), round.because])).to.deep.equal([
      ['outbox', '2026-11-02T08:03:00.000Z', '1 message waits in the Outbox'],
      ['timer', '2026-11-02T08:08:00.000Z', 'every 5 minutes'],
      ['timer', '2026-11-02T08:13:00.000Z', 'every 5 minutes'],
    ]);
  });

  it('waits until there are as many as set', () => {
    const reasons = (outbox: number): readonly string[] =>
      planRounds(context('2026-11-02T08:00:00Z', { outbox }), settings({ everyMinutes: 0, outboxCount: 3 })).map((round) => round.because);
    expect([reasons(2), reasons(3), reasons(7)]).to.deep.equal([[], ['3 messages wait in the Outbox'], ['7 messages wait in the Outbox']]);
  });

  it('can be off', () => {
    expect(planRounds(context('2026-11-02T08:00:00Z', { outbox: 9 }), settings({ everyMinutes: 0, outboxCount: 0 }))).to.deep.equal([]);
  });

  it('does not look at the windows for receiving', () => {
    const planned = planRounds(context('2026-11-08T12:00:00Z', { outbox: 1 }), settings(window('09:00', '17:00', WORKDAYS)), 1);
    expect(planned.map((round) => round.reason)).to.deep.equal(['outbox', 'timer']);
    expect(planned[0]?.at.toISOString()).to.equal('2026-11-08T12:00:00.000Z');
  });
});

describe('a host that follows the plan', () => {
  /** Runs the first round that is due, then waits for the next, as the host does. */
  async function follow(clock: VirtualClock, hours: number, change: Partial<TimerSettings>): Promise<readonly string[]> {
    const ran: string[] = [];
    let lastRound: Date | undefined;
    const step = (): void => {
      const now = clock.now();
      let [next] = planRounds({ now, outbox: 0, lastRound, timeZone: BERLIN }, settings(change), 1);
      if (next && next.at <= now) {
        ran.push(berlin(now));
        lastRound = now;
        [next] = planRounds({ now, outbox: 0, lastRound, timeZone: BERLIN }, settings(change), 1);
      }
      if (next) clock.after(next.at.getTime() - now.getTime(), step);
    };
    step();
    await clock.advance(hours * 3_600_000);
    return ran;
  }

  it('runs 300 rounds on the day with 25 hours and 276 on the one with 23', async () => {
    expect(await follow(new VirtualClock('2026-10-24T22:00:00Z'), 25 - 0.01, {})).to.have.length(300);
    expect(await follow(new VirtualClock('2027-03-27T23:00:00Z'), 23 - 0.01, {})).to.have.length(276);
  });

  it('runs a nightly round once a night in the weeks of both changes', async () => {
    for (const start of ['2026-10-22T12:00:00Z', '2027-03-25T12:00:00Z']) {
      const ran = await follow(new VirtualClock(start), 6 * 24, { everyMinutes: 60, ...window('02:30', '02:31') });
      expect(ran).to.have.length(6);
    }
  });
});

/** ICU names the zone CET or GMT+1, depending on its data. */
function zoneAsShown(text: string): string {
  const zone = berlin(new Date('2026-11-06T12:00:00Z')).split(' ').at(-1) ?? '';
  return text.replace('CET', zone);
}
