import '#core/base/injection.js';
import type { JournalEntry, LeftMessage } from '@postroom/sdk';
import type { Journal } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { WaitingNoticeStep } from '#core/flow/fetching/waitingNotice.js';
import { ANDREW, COMPANY, FlowFixture, octetsOf } from '../support/flowFixture.js';

const FENCE = { lease: 'round/company', token: 7 };
const LEFT: LeftMessage = {
  uidl: 'big',
  listedSize: 5_000,
  header: octetsOf('From: olga@out.example\nSubject: plans\n\n'),
  headerPrint: 'print',
  why: 'too-large',
  sentence: 'It is too large.',
};

describe('a notice of mail that stays at the ISP', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  let known: Map<string, JournalEntry>;
  let notices: WaitingNoticeStep;
  beforeEach(() => {
    fixture = new FlowFixture();
    fixture.takeCopies();
    fixture.tapSort('a.route', (plan) => plan.to(ANDREW, 'named'));
    known = new Map();
    const journal = { entries: async (account: string) => (account === 'company' ? known : new Map()) } as Partial<Journal> as Journal;
    notices = new WaitingNoticeStep(fixture.own, fixture.sorting, journal, fixture.server, fixture.clock);
  });

  it('is one commit with the note of it, under the lease of the account', async () => {
    await notices.tell(COMPANY, LEFT, FENCE);
    const [unit] = fixture.store.units;
    expect(unit?.fence).to.equal(FENCE);
    expect(unit?.tells).to.deep.include({ account: 'company', uidl: 'big', listedSize: 5_000, headerPrint: 'print' });
    expect(unit?.tells?.notice).to.deep.equal({ why: 'too-large', from: 'olga@out.example', subject: 'plans', told: [ANDREW] });
  });

  it('is not sent where the journal has that note already, from whichever server', async () => {
    const entry = { uidl: 'big', listedSize: 5_000, state: 'failed', since: new Date(0), attempts: 0, failures: 5 } as const;
    known.set('big', { ...entry, headerPrint: 'print', isTold: true });
    await notices.tell(COMPANY, LEFT, FENCE);
    expect(fixture.store.units).to.deep.equal([]);
    known.set('big', { ...entry, headerPrint: 'of another message', isTold: true });
    await notices.tell(COMPANY, LEFT, FENCE);
    expect(fixture.store.units).to.have.length(1);
  });
});
