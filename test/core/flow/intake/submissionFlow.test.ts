import '#core/base/injection.js';
import type { Accepted } from '@postroom/sdk';
import { type MailView, PostroomError } from '@postroom/sdk';
import type { Submission } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ANDREW, FlowFixture, GREG, inPieces, LISA, octetsOf } from '../support/flowFixture.js';

const LETTER = octetsOf('From: mail@company.example\nTo: ruth@far.example\nSubject: Hello\n\nA letter.\n');
const FAR = 'ruth@far.example';

describe('mail from a client', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  /** By account: what its taps saw. */
  let seen: Record<string, MailView>;
  beforeEach(() => {
    fixture = new FlowFixture();
    fixture.takeCopies();
    seen = {};
    fixture.tapSort('a.route', (plan, mail) => {
      seen[plan.account.id] = mail;
      return plan.account.id === 'works' ? plan.to(LISA, 'her address') : plan.outside.length === 0 ? plan.to(GREG, 'named') : undefined;
    });
  });

  const submit = (to: readonly string[], more: Partial<Submission> = {}): Promise<Accepted & { readonly outside: number }> =>
    fixture.submissions.submit(inPieces(LETTER), {
      author: ANDREW,
      from: 'mail@company.example',
      recipients: to.map((address) => ({ address })),
      client: { helo: 'pc', address: '192.0.2.9', protocol: 'ESMTPSA' },
      ...more,
    });

  it('goes to recipients here and to the Outbox in one commit', async () => {
    const accepted = await submit([FAR, 'lisa@works.example']);
    expect(accepted).to.deep.include({ mailboxes: [LISA], outside: 1, disposition: 'deliver' });
    const [unit, ...more] = fixture.store.units;
    expect(more).to.deep.equal([]);
    expect(unit?.message).to.deep.include({
      origin: 'submitted',
      account: 'company',
      author: ANDREW,
      envelopeRecipients: [FAR, 'lisa@works.example'],
    });
    expect(unit?.message.submission, 'its way is decided: nothing has to be kept').to.equal(undefined);
    expect(unit?.outbox.map(({ account, from, recipient }) => [account, from, recipient])).to.deep.equal([
      ['company', 'mail@company.example', FAR],
    ]);
    for (const { prefix } of [...(unit?.placements ?? []), ...(unit?.outbox ?? [])])
      expect(Buffer.from(prefix).toString()).to.match(/^Received: from pc \(\[192\.0\.2\.9\]\)\s+by office\.example/);
  });

  it('is sorted once for each account, which sees its own recipients and those that leave through it', async () => {
    await submit([FAR, 'lisa@works.example', 'mail@company.example']);
    expect(seen['company']?.envelope.recipients).to.deep.equal(['mail@company.example', FAR]);
    expect(seen['works']?.envelope).to.deep.equal({ from: 'mail@company.example', recipients: ['lisa@works.example'] });
  });

  it('is not known by its content: a colleague may send the same twice', async () => {
    await submit(['lisa@works.example']);
    expect(fixture.store.units[0]?.placements[0]?.duplicateKey).to.equal(undefined);
  });

  it('waits as a whole where one of its accounts keeps it back, with what the client said', async () => {
    fixture.tapSort('b.hold', (plan) => (plan.account.id === 'works' ? plan.hold('a virus scanner is away') : undefined));
    const dsn = { ret: 'HDRS', envid: 'mine' } as const;
    const accepted = await submit([FAR, 'lisa@works.example'], { dsn });
    expect(accepted).to.deep.include({ mailboxes: [], outside: 0, disposition: 'hold' });
    const [unit] = fixture.store.units;
    expect([unit?.placements, unit?.outbox]).to.deep.equal([[], []]);
    expect(unit?.message.submission).to.deep.equal({
      client: { helo: 'pc', address: '192.0.2.9', protocol: 'ESMTPSA' },
      recipients: [{ address: FAR }, { address: 'lisa@works.example' }],
      dsn,
    });
  });

  it('keeps what each recipient was given with on its way out', async () => {
    await submit([], {
      recipients: [{ address: FAR, dsn: { notify: ['FAILURE'], orcpt: 'rfc822;ruth' } }],
      dsn: { ret: 'FULL', envid: 'mine' },
    });
    expect(fixture.store.units[0]?.outbox[0]).to.deep.include({ ret: 'FULL', envid: 'mine', notify: ['FAILURE'], orcpt: 'rfc822;ruth' });
  });

  it('is refused in the words of the tap that refuses it, with nothing stored', async () => {
    fixture.tapSort('b.refuse', (plan) => plan.tag('refused', 'From is a colleague').quarantine('From is a colleague'));
    const failure = await submit([FAR]).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'mail/refused', message: 'The message was not taken in: From is a colleague.' });
    expect(fixture.store.units).to.deep.equal([]);
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['discarded']);
    expect([fixture.events, fixture.activity]).to.deep.equal([[], []]);
  });

  it('is refused before it is read where no account can send it, or the disk has no room', async () => {
    fixture.store.free = 0;
    expect(await submit([FAR]).catch((error: unknown) => error)).to.include({ code: 'store/full' });
    expect((await fixture.submissions.trouble())?.message).to.include('no mail is taken in');
    expect(await submit([FAR], { author: undefined, from: 'x@nowhere.example' }).catch((error: unknown) => error)).to.include({
      code: 'user/unknown',
    });
    expect(fixture.store.bodies).to.deep.equal([]);
  });

  it('leaves nothing staged where its commit fails', async () => {
    fixture.store.commitTrouble = new PostroomError('store/failed', 'The disk failed.');
    expect(await submit([FAR]).catch((error: unknown) => error)).to.include({ code: 'store/failed' });
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['discarded']);
  });
});
