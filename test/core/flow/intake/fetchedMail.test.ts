import '#core/base/injection.js';
import { type Accepted, ADMIN1, type FetchedFrom, PostroomError } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ANDREW, COMPANY, FlowFixture, GREG, inPieces, octetsOf } from '../support/flowFixture.js';

const LETTER = octetsOf(
  'From: ruth@far.example\nTo: Andrew <mail@company.example>\nMessage-ID: <1@far.example>\nSubject: Hello\n\nA letter.\n',
);
const FENCE = { lease: 'round/company', token: 7 };
const FROM: FetchedFrom = { uidl: 'u1', listedSize: 100, server: 'pop.isp.example', headerPrint: 'print' };

describe('mail from an ISP', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  beforeEach(() => {
    fixture = new FlowFixture();
    fixture.takeCopies();
  });

  const accept = (octets: Uint8Array, from: Partial<FetchedFrom> = {}): Promise<Accepted> =>
    fixture.fetched.forAccount(COMPANY, FENCE).accept(inPieces(octets), { ...FROM, ...from });

  it('is sorted for its account and committed with the note which message at the ISP it is', async () => {
    fixture.tapSort('a.route', (plan) => plan.to(ANDREW, 'named in To', 'L4'));
    expect(await accept(LETTER, { maybeRenamed: true })).to.deep.include({ mailboxes: [ANDREW], disposition: 'deliver' });
    const [unit] = fixture.store.units;
    expect(unit?.message).to.deep.include({
      origin: 'fetched',
      account: 'company',
      uidl: 'u1',
      envelopeFrom: undefined,
      envelopeRecipients: [],
    });
    expect(unit?.journal).to.deep.equal({ account: 'company', uidl: 'u1', listedSize: 100, headerPrint: 'print', maybeRenamed: true });
    expect(unit?.fence, 'of the lease under which it was collected').to.equal(FENCE);
    expect(unit?.outbox).to.deep.equal([]);
  });

  it('has a Received line that names the ISP, and is known by its content where it comes a second time', async () => {
    fixture.tapSort('a.route', (plan) => plan.to(ANDREW, 'named').to(GREG, 'named'));
    await accept(LETTER);
    const placements = fixture.store.units[0]?.placements ?? [];
    expect(placements.map(({ mailbox }) => mailbox.user)).to.deep.equal(['andrew', 'greg']);
    for (const { prefix, duplicateKey } of placements) {
      expect(Buffer.from(prefix).toString()).to.match(/^Received: from pop\.isp\.example by office\.example \(Postroom\) with POP3 id 1/);
      expect(duplicateKey).to.have.length(16);
    }
  });

  it('is sorted for those who share the account now, though the round began with others', async () => {
    const seen: number[] = [];
    fixture.tapSort('a.route', (plan) => {
      seen.push(plan.account.users.length);
      return plan.to(ADMIN1, 'nobody is left');
    });
    fixture.all = [{ ...COMPANY, users: [] }];
    await accept(LETTER);
    fixture.all = [];
    await accept(LETTER);
    expect(seen, 'as it was where the account is gone').to.deep.equal([0, 2]);
  });

  it('may be a surplus copy where the ISP wrote no recipient; without a Message-ID two alike are two mails', async () => {
    fixture.tapSort('a.route', (plan) => plan.to(ANDREW, 'named', 'L4'));
    await accept(LETTER);
    const [unit] = fixture.store.units;
    if (typeof unit?.surplus !== 'object') throw new Error('It has no surplus copy.');
    expect(unit.surplus).to.include({ recipients: 1, rung: 'L7' });
    expect(unit.surplus.placement).to.deep.include({ mailbox: ADMIN1, isWanted: true });
    expect(unit.surplus.trail.at(-1)).to.include({ tap: 'core/surplus' });
    await accept(octetsOf('From: scanner@office.example\nSubject: Scan\n\nA page.\n'));
    expect(fixture.store.units[1]).to.not.have.property('surplus');
  });

  it('that has brought the server down is stored as it is: no tap sees it, and the administrator decides', async () => {
    let calls = 0;
    fixture.tapSort('a.route', (plan) => {
      calls += 1;
      return plan.to(ANDREW, 'named');
    });
    expect(await accept(LETTER, { unread: true })).to.deep.include({ mailboxes: [], disposition: 'quarantine' });
    expect(calls).to.equal(0);
    const { message } = fixture.store.units[0] ?? {};
    expect(message?.reason).to.match(/three times/);
    expect(message).to.include({ subject: '', from: '', size: LETTER.length });
  });

  it('is not taken in where the line breaks: nothing is staged, and nothing noted', async () => {
    const broken = fixture.fetched
      .forAccount(COMPANY, FENCE)
      .accept(inPieces(LETTER.subarray(0, 20), new Error('The line was cut.')), FROM);
    expect(await broken.catch((error: unknown) => error)).to.have.property('message', 'The line was cut.');
    fixture.store.commitTrouble = new PostroomError('store/failed', 'The disk failed.');
    expect(await accept(LETTER).catch((error: unknown) => error)).to.include({ code: 'store/failed' });
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['discarded', 'discarded']);
    expect(fixture.store.units).to.deep.equal([]);
  });
});
