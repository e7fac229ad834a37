// The manual's Log: what was sent and collected, by day, kept for as long as the settings say.
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

const DAY = 24 * 60 * 60_000;

interface Entry {
  readonly at: string;
  readonly kind: string;
  readonly account?: string;
  readonly text: string;
}

describe('the log', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  beforeEach(async () => {
    // Noon by the machine's own clock: the log's days are local days.
    clock = new VirtualClock(new Date(2026, 10, 2, 12));
    office = await Postroom.start({ clock, settings: { 'log.keepDays': 3 } });
  });
  afterEach(() => office.stop());

  it('tells what was collected, submitted, sent and picked up, newest first', async () => {
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'In' }));
    await office.round();
    await office.submit('andrew', ['ruth@customer.example'], `From: ${REGULAR}\nTo: ruth@customer.example\nSubject: Out\n\nHello.\n`);
    await office.round();
    await office.pickUp('andrew');
    const kinds = async (): Promise<readonly string[]> =>
      (await office.run<readonly Entry[]>('log.read', { limit: 50 })).map(({ kind }) => kind);
    // What nobody waits for is written with the next commit, or when its time is up.
    await until('everything is logged', async () => {
      await clock.advance(1_000);
      return (await kinds()).length >= 6;
    });
    expect(await kinds()).to.deep.equal(['picked-up', 'round', 'sent', 'submitted', 'round', 'collected']);
    const [collected] = await office.run<readonly Entry[]>('log.read', { account: 'company', text: 'Collected', limit: 10 });
    expect(collected?.text).to.include('andrew@company');
  });

  it('keeps today and the days before it, and forgets older ones at midnight', async () => {
    for (let day = 0; day < 6; day += 1) {
      office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: `Day ${day}` }));
      await office.round();
      await clock.advance(DAY);
    }
    await office.round();
    const days = async (): Promise<readonly string[]> =>
      (await office.run<readonly { readonly day: string }[]>('log.days')).map(({ day }) => day);
    await until('old days are gone and today is written', async () => {
      await clock.advance(1_000);
      return (await days()).length === 4;
    });
    expect(await days()).to.deep.equal(['2026-11-08', '2026-11-07', '2026-11-06', '2026-11-05']);
    const read = await office.run<readonly Entry[]>('log.read', { day: '2026-11-06', limit: 50 });
    expect(read.map(({ kind }) => kind)).to.include.members(['collected', 'round']);
    expect(new Set(read.map(({ at }) => new Date(at).getDate()))).to.deep.equal(new Set([6]));
    const noDay: unknown = await office.run('log.read', { day: '2026-02-30', limit: 50 }).catch((error: unknown) => error);
    expect(noDay).to.include({ code: 'command/arguments', message: 'The calendar has no day 2026-02-30.' });
    expect(await office.subjects('andrew'), 'mail stays however old its log').to.have.length(6);
  });
});
