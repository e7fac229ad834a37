// A client that was told to send again what may be stored: the first try is asked about before anything is stored.
import '#core/base/injection.js';
import { type Accepted, type MailboxRef, PostroomError } from '@postroom/sdk';
import type { Submission } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ANDREW, FlowFixture, GREG, inPieces, LISA, octetsOf } from '../support/flowFixture.js';

const LETTER = octetsOf('From: mail@company.example\nTo: ruth@far.example\nSubject: Hello\n\nA letter.\n');
const FAR = 'ruth@far.example';
const HERE = 'lisa@works.example';
const HOUR = 3_600_000;

type Taken = Accepted & { readonly outside: number };

describe('a submission that may be stored', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  beforeEach(() => {
    fixture = new FlowFixture();
    fixture.takeCopies();
    fixture.tapSort('a.route', (plan) => (plan.account.id === 'works' ? plan.to(LISA, 'her address') : undefined));
  });

  const submission = (author: MailboxRef | undefined, address: string, ...to: readonly string[]): Submission => ({
    author,
    from: 'mail@company.example',
    recipients: to.map((recipient) => ({ address: recipient })),
    client: { helo: 'pc', address, protocol: 'ESMTPSA' },
  });
  const send = (octets = LETTER, what = submission(ANDREW, '192.0.2.9', FAR, HERE)): Promise<Taken> =>
    fixture.submissions.submit(inPieces(octets), what);
  const stored = (): readonly string[] => fixture.store.units.map(({ message }) => message.id);

  /** The answer to the commit is lost, and the store cannot be asked. */
  async function sendInVain(as: 'stored' | 'not stored', what?: Submission): Promise<void> {
    fixture.store.losing = as;
    fixture.store.outcomeTrouble = new PostroomError('store/unreachable', 'The database server cannot be reached.');
    const sending = send(LETTER, what).catch((error: unknown) => error);
    await fixture.advance(30_000);
    expect(await sending).to.include({ code: 'store/unknown' });
    fixture.store.losing = undefined;
  }
  const mend = (): void => {
    fixture.store.outcomeTrouble = undefined;
  };

  it('is answered when it comes again, as the message that it is, and told then: nothing is stored again', async () => {
    await sendInVain('stored');
    expect([fixture.events, fixture.activity]).to.deep.equal([[], []]);
    mend();
    expect(await send()).to.deep.equal({
      id: '1',
      size: LETTER.length,
      mailboxes: [LISA],
      duplicates: 0,
      disposition: 'deliver',
      outside: 1,
    });
    expect(stored()).to.deep.equal(['1']);
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['committed', 'discarded']);
    expect(fixture.events.map((event) => (event.type === 'accepted' ? event.message : ''))).to.deep.equal(['1']);
    expect(fixture.activity).to.deep.equal(['Taken from a client: for lisa@works; for 1 outside, in the Outbox']);
  });

  it('is stored when it comes again where nothing of it was', async () => {
    await sendInVain('not stored');
    mend();
    expect(await send()).to.include({ id: '2', outside: 1 });
    expect(stored()).to.deep.equal(['2']);
  });

  it('is unknown again while the store cannot be asked, and nothing of it is stored a second time', async () => {
    await sendInVain('stored');
    const again = send().catch((error: unknown) => error);
    await fixture.advance(30_000);
    expect(await again).to.include({ code: 'store/unknown' });
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['committed', 'discarded']);
    mend();
    expect(await send()).to.include({ id: '1' });
    expect(stored()).to.deep.equal(['1']);
  });

  it('is another message once its client was answered: a device sends the same again', async () => {
    await sendInVain('stored');
    mend();
    await send();
    expect(await send()).to.include({ id: '3' });
    expect(stored()).to.deep.equal(['1', '3']);
  });

  it('is known by its author, its envelope and its octets, and by the address of a client without a login', async () => {
    const others: readonly (readonly [Buffer, Submission])[] = [
      [Buffer.concat([LETTER, Buffer.from('.\r\n')]), submission(ANDREW, '192.0.2.9', FAR, HERE)],
      [LETTER, submission(GREG, '192.0.2.9', FAR, HERE)],
      [LETTER, submission(ANDREW, '192.0.2.9', FAR)],
      [LETTER, { ...submission(ANDREW, '192.0.2.9', FAR, HERE), from: '' }],
      [LETTER, submission(undefined, '192.0.2.9', FAR, HERE)],
    ];
    await sendInVain('stored');
    for (const [octets, what] of others) await send(octets, what);
    expect(fixture.store.settled.filter((id) => id === '1').length, 'none of them asks').to.be.below(10);
    expect(stored()).to.have.length(1 + others.length);
    mend();
    expect(await send(LETTER, submission(ANDREW, '198.51.100.7', HERE, FAR)), 'from elsewhere, in another order').to.include({ id: '1' });

    await sendInVain('stored', submission(undefined, '192.0.2.9', FAR));
    const [before, last] = [stored().length, stored().at(-1)];
    await send(LETTER, submission(undefined, '192.0.2.10', FAR));
    expect(stored()).to.have.length(before + 1);
    mend();
    expect(await send(LETTER, submission(undefined, '192.0.2.9', FAR))).to.include({ id: last });
  });

  it('is remembered for a day, and as one of a thousand', async () => {
    await sendInVain('stored');
    await fixture.clock.advance(23 * HOUR);
    const again = send().catch((error: unknown) => error);
    await fixture.advance(30_000);
    expect(await again).to.include({ code: 'store/unknown' });
    await fixture.clock.advance(HOUR);
    expect(await send()).to.include({ id: '3' });

    for (let number = 0; number <= 1_000; number += 1) await sendInVain('stored', submission(undefined, `192.0.2.${number}`, FAR));
    mend();
    const before = stored().length;
    await send(LETTER, submission(undefined, '192.0.2.1', FAR));
    expect(stored(), 'the second of 1,001').to.have.length(before);
    await send(LETTER, submission(undefined, '192.0.2.0', FAR));
    expect(stored(), 'the oldest').to.have.length(before + 1);
  }).timeout(30_000);
});
