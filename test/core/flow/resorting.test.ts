// Mail that is looked at or sorted once more: the same taps and the same commit as for all mail.
import '#core/base/injection.js';
import type { MailView } from '@postroom/sdk';
import type { StoredMessage } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { StoredMailSorting } from '#core/flow/resorting.js';
import { ANDREW, COMPANY, FlowFixture, GREG, inPieces, octetsOf } from './support/flowFixture.js';

const LETTER = octetsOf('From: ruth@far.example\nMessage-ID: <1@far.example>\nSubject: Hello\n\nA letter.\n');

describe('sorting once more', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  let resorting: StoredMailSorting;
  /** As the tap saw it. */
  let seen: MailView[];
  beforeEach(() => {
    fixture = new FlowFixture();
    resorting = new StoredMailSorting(fixture.flow, fixture.server, fixture.clock);
    seen = [];
  });

  /** A message that came in for andrew. */
  async function stored(): Promise<StoredMessage> {
    const undo = fixture.tapSort('a.first', (plan) => plan.to(ANDREW, 'named', 'L4'));
    const from = { uidl: 'u1', listedSize: LETTER.length, server: 'pop.isp.example' };
    const { id } = await fixture.fetched.forAccount(COMPANY, { lease: 'round/company', token: 1 }).accept(inPieces(LETTER), from);
    await undo.dispose();
    const message = fixture.store.messages.get(id);
    if (message === undefined) throw new Error('It is not stored.');
    return message;
  }
  function sortTo(...mailboxes: readonly (typeof ANDREW)[]): void {
    fixture.tapSort('a.again', (plan, mail) => {
      seen.push(mail);
      return mailboxes.reduce((sorted, mailbox) => sorted.to(mailbox, `for ${mail.header('subject')}`), plan);
    });
  }
  async function textOf(mail: MailView): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of mail.raw()) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  }

  it('shows taps a stored message as it came, only to look at unless the caller says otherwise', async () => {
    fixture.takeCopies();
    const message = await stored();
    const looked = await resorting.viewOf(message);
    expect(looked).to.include({ id: message.id, origin: 'fetched', rehearsal: true });
    expect(looked.receivedAt).to.deep.equal(message.receivedAt);
    expect(await textOf(looked)).to.equal(LETTER.toString());
    const sorted = await resorting.viewOf(message, { origin: 'resorted', rehearsal: false });
    expect(sorted).to.include({ origin: 'resorted', rehearsal: false });
  });

  it('shows taps a message that is not stored, with any line ends, and its header alone', async () => {
    const mail = await resorting.viewOfOctets(Buffer.from('Subject: Pasted\nTo: andrew@company.example\n\nbare\nlines'));
    expect(mail).to.include({ origin: 'fetched', rehearsal: true });
    expect(mail.receivedAt).to.deep.equal(fixture.clock.now());
    expect(mail.header('subject')).to.equal('Pasted');
    expect(await textOf(mail)).to.match(/^Subject: Pasted\r\nTo: .*\r\n\r\nbare\r\nlines/);
    expect((await resorting.viewOfOctets(Buffer.from('Subject: Header alone'))).header('subject')).to.equal('Header alone');
  });

  it('runs the taps for one account, stores nothing, and holds what a tap fails on', async () => {
    fixture.takeCopies();
    const view = await resorting.viewOf(await stored());
    const changes = fixture.store.units.length;
    sortTo(GREG);
    const { plan, trail } = await resorting.sort(COMPANY, view);
    expect(seen).to.deep.equal([view]);
    expect([plan.disposition, plan.mailboxes]).to.deep.equal(['deliver', [GREG]]);
    expect(trail).to.containSubset([{ change: '+greg@company', reason: 'for Hello', build: fixture.hooks.onSort.build }]);
    fixture.tapSort('b.broken', () => {
      throw new Error('out of order');
    });
    const failed = await resorting.sort(COMPANY, view);
    expect(failed.plan.disposition).to.equal('hold');
    expect([fixture.store.units.length, fixture.store.changes.length]).to.deep.equal([changes, 0]);
  });

  it('asks which mailboxes take their copy now, and holds it where one does not', async () => {
    fixture.takeCopies(GREG);
    const view = await resorting.viewOf(await stored());
    sortTo(ANDREW, GREG);
    const decision = await resorting.place(await resorting.sort(COMPANY, view), view);
    expect([decision.plan.disposition, decision.mailboxes]).to.deep.equal(['hold', [ANDREW]]);
    const held = { ...decision, plan: decision.plan.hold('not now') };
    expect((await resorting.place(held, view)).mailboxes, 'a plan that is on hold is placed nowhere').to.deep.equal([]);
  });

  it('gives and recalls copies in one commit, and tells it', async () => {
    fixture.takeCopies();
    const message = await stored();
    const view = await resorting.viewOf(message, { origin: 'resorted', rehearsal: false });
    sortTo(GREG);
    const decision = await resorting.place(await resorting.sort(COMPANY, view), view);
    expect(await resorting.commit(message, decision, [ANDREW])).to.deep.equal([GREG]);
    const [{ change } = { change: undefined }] = fixture.store.changes;
    expect(change).to.deep.include({ from: 'deliver', disposition: 'deliver', recall: [ANDREW] });
    const [copy] = change?.add ?? [];
    expect(copy?.mailbox).to.deep.equal(GREG);
    expect(Buffer.from(copy?.prefix ?? []).toString(), 'the lines on top, as on every copy')
      .to.match(/^(?:.+\r\n)+$/)
      .and.include('office.example');
    expect(change?.trail.map(({ reason }) => reason)).to.deep.equal(['named', 'for Hello']);
    expect(fixture.events.at(-1)).to.deep.equal({ type: 'accepted', message: message.id, origin: 'resorted', mailboxes: [GREG] });
  });

  it('changes nothing and says so where somebody else was faster', async () => {
    fixture.takeCopies();
    const message = await stored();
    const view = await resorting.viewOf(message);
    sortTo(GREG);
    const decision = await resorting.place(await resorting.sort(COMPANY, view), view);
    fixture.store.messages.set(message.id, { ...message, disposition: 'hold' });
    const told = fixture.events.length;
    expect(await resorting.commit(message, decision, [ANDREW])).to.equal(undefined);
    expect([fixture.store.changes, fixture.events.length]).to.deep.equal([[], told]);
  });
});
