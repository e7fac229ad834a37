import '#core/base/injection.js';
import { ADMIN1, type MailView } from '@postroom/sdk';
import { createMailView, readHeader } from '@postroom/sdk/mail';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { sharedContentParser } from '#core/mail/contentParser.js';
import { ANDREW, COMPANY, FlowFixture, GREG, octetsOf } from './support/flowFixture.js';

const LETTER = octetsOf('From: ruth@far.example\nSubject: Hello\n\nA letter.\n');

function view(rehearsal = false): MailView {
  return createMailView(
    {
      id: '7',
      size: LETTER.length,
      origin: 'fetched',
      envelope: { from: undefined, recipients: [] },
      author: undefined,
      receivedAt: new Date(0),
      rehearsal,
      header: readHeader(LETTER),
      read: async function* () {
        yield LETTER;
      },
    },
    sharedContentParser,
  );
}

const fails = (): never => {
  throw new Error('no luck');
};

describe('sorting for one account', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  beforeEach(() => {
    fixture = new FlowFixture();
  });

  const sort = (mail = view(), outside: readonly string[] = []) => fixture.flow.sort(COMPANY, mail, outside);

  it('keeps what each tap changed and why; a tap with nothing to say leaves no trace', async () => {
    fixture.tapSort('a.route', (plan) => plan.to(ANDREW, 'named in To', 'L4'));
    fixture.tapSort('b.nothing', () => undefined);
    fixture.tapSort('c.tag', (plan) => plan.tag('invoice', 'the subject says so'));
    const { plan, trail } = await sort();
    expect([plan.mailboxes, plan.tags]).to.deep.equal([[ANDREW], ['invoice']]);
    expect(trail.map(({ tap, change, reason }) => [tap, change, reason])).to.deep.equal([
      ['a.route/tap', '+andrew@company', 'named in To'],
      ['c.tag/tap', 'tag invoice', 'the subject says so'],
    ]);
    expect(new Set(trail.map(({ build }) => build)), 'a message sees one build of the hook').to.have.property('size', 1);
  });

  it('gives the taps the recipients that leave through the account', async () => {
    let seen: readonly string[] = [];
    fixture.tapSort('a.look', (plan) => {
      seen = plan.outside;
      return undefined;
    });
    await sort(view(), ['ruth@far.example']);
    expect(seen).to.deep.equal(['ruth@far.example']);
  });

  it('holds the message where a tap fails that must not be passed by, goes on without one that may, and both are counted', async () => {
    fixture.tapSort('a.route', (plan) => plan.to(ANDREW, 'named'));
    const skipped = fixture.tapSort('b.skip', fails, 'skip');
    expect((await sort()).plan).to.include({ disposition: 'deliver' });
    await skipped.dispose();
    fixture.tapSort('b.must', fails);
    const { plan, trail } = await sort();
    expect(plan).to.include({ disposition: 'hold' });
    expect(trail.at(-1)).to.include({ tap: 'b.must/tap', change: 'hold', reason: 'b.must/tap failed: no luck' });
    expect(fixture.blamed).to.deep.equal(['b.skip over 7', 'b.must over 7']);
  });

  it('holds the message, and asks no tap, while a plugin is away that must look at mail', async () => {
    let calls = 0;
    fixture.tapSort('a.route', (plan) => {
      calls += 1;
      return plan;
    });
    fixture.blocking = [{ id: 'acme.filter', name: 'Filter', why: 'It failed.', how: 'failed', isNeeded: false }];
    const { plan, trail } = await sort();
    expect(plan.disposition).to.equal('hold');
    expect(trail.map(({ tap, reason }) => [tap, reason])).to.deep.equal([['core/blocked', 'acme.filter is not active; sorted when back']]);
    expect(calls).to.equal(0);
  });

  it('holds the message where a tap names a mailbox that there is not, and blames the first that did', async () => {
    fixture.tapSort('a.bad', (plan) => plan.to({ account: 'company', user: 'nobody' }, 'I say so'));
    fixture.tapSort('b.good', (plan) => plan.to(GREG, 'named'));
    const { plan, trail } = await sort();
    expect([plan.disposition, plan.mailboxes], 'nothing of such a plan counts').to.deep.equal(['hold', []]);
    expect(trail.at(-1)).to.include({ tap: 'core/check', change: 'hold', reason: 'There is no mailbox nobody@company.' });
    expect(fixture.blamed).to.deep.equal(['a.bad over 7']);
  });

  it('sorts again, and blames no tap, where the user was removed meanwhile', async () => {
    fixture.tapSort('a.route', (plan) => {
      const andrew = plan.account.users.find(({ name }) => name === 'andrew');
      fixture.all = [{ ...COMPANY, users: COMPANY.users.filter(({ name }) => name !== 'andrew') }];
      return plan.to(andrew?.mailbox ?? ADMIN1, 'named');
    });
    const { plan, trail } = await sort();
    expect([plan.disposition, plan.mailboxes]).to.deep.equal(['deliver', [ADMIN1]]);
    expect(trail[0]?.reason).to.equal('There is no mailbox andrew@company. User removed meanwhile: sorted again.');
    expect(fixture.blamed).to.deep.equal([]);
  });

  it('of a message that is only looked at blames no tap, whatever it does', async () => {
    fixture.tapSort('a.bad', (plan) => plan.to({ account: 'company', user: 'nobody' }, 'I say so'));
    fixture.tapSort('b.fails', fails);
    expect((await sort(view(true))).plan).to.include({ disposition: 'hold' });
    expect(fixture.blamed).to.deep.equal([]);
  });

  it('keeps of endless reasons what a log can bear, and says how many more there were', async () => {
    fixture.tapSort('a.talk', (plan) =>
      Array.from({ length: 10 }, (_, index) => `${index}${'x'.repeat(999)}`).reduce((so, reason) => so.tag(`t${reason[0]}`, reason), plan),
    );
    const [entry] = (await sort()).trail;
    expect(entry?.reason).to.match(/; and 6 more$/);
    expect(entry?.reason.length).to.be.lessThan(4_100);
  });
});
