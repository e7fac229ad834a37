import '#core/base/injection.js';
import { ADMIN1, type MailboxRef, PostroomError } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ANDREW, FlowFixture, octetsOf } from '../support/flowFixture.js';

const NOTICE = octetsOf('From: postmaster@office.example\nSubject: Mail is held\n\nFor a while.\n');

describe('mail that Postroom wrote', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  beforeEach(() => {
    fixture = new FlowFixture();
    fixture.takeCopies();
  });

  it('goes where its writer says: no tap sorts it', async () => {
    let calls = 0;
    fixture.tapSort('a.route', (plan) => {
      calls += 1;
      return plan.hold('never');
    });
    expect(await fixture.own.deliver(NOTICE, [ANDREW, ADMIN1], 'could not be sent')).to.deep.include({ mailboxes: [ANDREW, ADMIN1] });
    expect(calls).to.equal(0);
    const { message, placements, journal } = fixture.store.units[0] ?? {};
    expect(message).to.deep.include({ origin: 'bounce', account: 'company', envelopeFrom: '', trail: [] });
    expect(
      placements?.map(({ prefix }) => Buffer.from(prefix).toString()),
      'it came from nowhere',
    ).to.deep.equal(['', '']);
    expect(journal).to.equal(undefined);
  });

  it('belongs to no account where it is for ADMIN1 alone', async () => {
    await fixture.own.deliver(NOTICE, [ADMIN1], 'mail waits for a plugin');
    expect(fixture.store.units[0]?.message.account).to.equal(undefined);
  });

  it('has a head of its own where a plugin has it written: to the person, and marked as automatic', async () => {
    const text = async (mailbox: MailboxRef): Promise<string> => {
      await fixture.own.notify({ mailbox, subject: 'The disk is full', lines: ['Make room.', 'Soon.'], reason: 'the disk is full' });
      return Buffer.concat(fixture.store.bodies.at(-1)?.pieces ?? []).toString();
    };
    const told = await text(ADMIN1);
    expect(told).to.match(/^To: <admin1@office\.example>\r$/m);
    expect(told).to.match(/^Auto-Submitted: auto-generated\r$/m);
    expect(told).to.match(/^Subject: The disk is full\r\n[\s\S]*\r\n\r\nMake room\.\r\nSoon\.\r\n$/m);
    expect(await text(ANDREW)).to.match(/^To: <mail@company\.example>\r$/m);
    expect(fixture.store.units.map(({ placements }) => placements.map(({ mailbox }) => mailbox))).to.deep.equal([[ADMIN1], [ANDREW]]);
  });

  it('is one commit with what it says of the Outbox', async () => {
    const settles = [{ id: 7, lease: 3, outcome: 'bounced' } as never];
    await fixture.own.deliver(NOTICE, [ANDREW], 'could not be sent', { settles });
    expect(fixture.store.units[0]?.settles).to.equal(settles);
    expect(fixture.store.units[0]).to.not.have.property('fence');
    expect(fixture.activity).to.deep.equal(['Told the author: for andrew@company']);
  });

  it('is delivered though a filter is away: ADMIN1 has to hear of it', async () => {
    fixture.blocking = [{ id: 'acme.filter', name: 'Filter', why: 'It failed.', how: 'failed', isNeeded: false }];
    expect(await fixture.own.deliver(NOTICE, [ADMIN1], 'mail waits for a plugin')).to.deep.include({ mailboxes: [ADMIN1] });
  });

  it('leaves nothing staged where it cannot be stored', async () => {
    fixture.store.commitTrouble = new PostroomError('store/failed', 'The disk failed.');
    expect(await fixture.own.deliver(NOTICE, [ADMIN1], 'x').catch((error: unknown) => error)).to.include({ code: 'store/failed' });
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['discarded']);
  });
});
