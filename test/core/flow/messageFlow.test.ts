// The three calls of every message: what is staged ends in a commit or is discarded, whatever fails on the way.
import '#core/base/injection.js';
import { PostroomError } from '@postroom/sdk';
import { createSortPlan } from '@postroom/sdk/mail';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { NewMailDraft } from '#core/flow/commitUnit.js';
import { draft } from '#core/flow/draft.js';
import type { IntakeSource, StagedMail } from '#core/flow/intake/stagedMail.js';
import { ANDREW, COMPANY, FlowFixture, GREG, inPieces, octetsOf } from './support/flowFixture.js';

const SOURCE: IntakeSource = { origin: 'fetched', author: undefined, envelope: { from: undefined, recipients: [] }, mode: 'plainly' };
const LETTER = octetsOf('From: ruth@far.example\nSubject: Hello\n\nA letter.\n');

describe('the way of a message', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  beforeEach(() => {
    fixture = new FlowFixture();
    fixture.takeCopies();
  });

  const read = (...pieces: readonly (Uint8Array | Error)[]): Promise<StagedMail> => fixture.flow.read(inPieces(...pieces), SOURCE);
  const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

  async function draftOf(mail: StagedMail): Promise<NewMailDraft> {
    const view = mail.view();
    const decision = await fixture.flow.place(await fixture.flow.sort(COMPANY, view), view);
    const { header } = mail.content;
    return { ...draft([decision], { header, prefix: () => Buffer.from('Received: here\r\n') }), account: 'company' };
  }

  it('is read, sorted, placed and committed, and told once', async () => {
    fixture.tapSort('a.route', (plan, mail) => plan.to(ANDREW, `from ${mail.header('from')}`, 'L4'));
    const mail = await read(LETTER.subarray(0, 9), LETTER.subarray(9));
    expect(await fixture.flow.commit(mail, draftOf(mail))).to.deep.equal({
      id: '1',
      size: LETTER.length,
      mailboxes: [ANDREW],
      duplicates: 0,
      disposition: 'deliver',
    });
    const [unit] = fixture.store.units;
    expect(unit?.message).to.include({ subject: 'Hello', rung: 'L4' });
    expect(unit?.message.receivedAt).to.deep.equal(fixture.clock.now());
    expect(unit?.message.trail.map(({ reason }) => reason)).to.deep.equal(['from ruth@far.example']);
    expect(fixture.events).to.deep.equal([{ type: 'accepted', message: '1', origin: 'fetched', mailboxes: [ANDREW] }]);
    expect(fixture.activity).to.deep.equal(['Collected: for andrew@company']);
    expect(fixture.store.leftOpen).to.deep.equal([]);
  });

  it('is not begun where the disk has no room', async () => {
    fixture.store.free = 1;
    const failure = await failureOf(read(LETTER));
    expect(failure).to.include({ code: 'store/full' });
    expect((failure as Error).message).to.include('below 100 MB no mail is taken in');
    expect(fixture.store.bodies, 'nothing was staged').to.deep.equal([]);
  });

  it('ends with nothing staged where its source breaks off, or the store takes no more of it', async () => {
    expect(await failureOf(read(LETTER.subarray(0, 9), new Error('The line was cut.')))).to.have.property('message', 'The line was cut.');
    fixture.store.appendTrouble = new PostroomError('store/full', 'No room.');
    expect(await failureOf(read(LETTER))).to.include({ code: 'store/full' });
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['discarded', 'discarded']);
  });

  it('ends with nothing staged where the draft fails, before or after it was begun', async () => {
    const mail = await read(LETTER);
    expect(await failureOf(fixture.flow.commit(mail, Promise.reject(new Error('No plan.'))))).to.have.property('message', 'No plan.');
    const other = await read(LETTER);
    const late = new Promise<NewMailDraft>((_, reject) => setImmediate(() => reject(new Error('No plan.'))));
    expect(await failureOf(fixture.flow.commit(other, late))).to.have.property('message', 'No plan.');
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['discarded', 'discarded']);
    expect([fixture.events, fixture.activity], 'nobody is told').to.deep.equal([[], []]);
  });

  it('ends with nothing staged where the commit fails', async () => {
    const mail = await read(LETTER);
    fixture.store.commitTrouble = new PostroomError('store/failed', 'The disk failed.');
    expect(await failureOf(fixture.flow.commit(mail, draftOf(mail)))).to.include({ code: 'store/failed' });
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['discarded']);
    expect([fixture.events, fixture.activity], 'nobody is told').to.deep.equal([[], []]);
  });

  it('is placed nowhere where a tap keeps it back', async () => {
    fixture.tapSort('a.hold', (plan) => plan.to(ANDREW, 'named').hold('not now'));
    const mail = await read(LETTER);
    expect(await fixture.flow.commit(mail, draftOf(mail))).to.deep.include({ disposition: 'hold', mailboxes: [] });
    expect(fixture.store.units[0]?.message.reason).to.equal('named; not now');
  });

  it('is on hold with the copies that could be placed where a mailbox takes none now', async () => {
    fixture = new FlowFixture();
    fixture.takeCopies(GREG);
    fixture.tapSort('a.route', (plan) => plan.to(ANDREW, 'named').to(GREG, 'named'));
    const mail = await read(LETTER);
    expect(await fixture.flow.commit(mail, draftOf(mail))).to.deep.include({ disposition: 'hold', mailboxes: [ANDREW] });
    expect(fixture.store.units[0]?.message.reason).to.equal('greg@company: The mailbox is being repaired.');
  });

  it('goes on from the store where the message is sorted again, and says so where somebody else was faster', async () => {
    fixture.tapSort('a.hold', (plan) => plan.hold('not now'));
    const mail = await read(LETTER);
    await fixture.flow.commit(mail, draftOf(mail));
    const [message] = await fixture.store.setAside('hold');
    if (message === undefined) throw new Error('Nothing is held.');
    const stored = await fixture.flow.readAgain(message);
    expect(stored.view().header('subject')).to.equal('Hello');
    const parts = { header: stored.header, prefix: () => new Uint8Array() };
    const again = draft([{ plan: createSortPlan(COMPANY).to(ANDREW, 'named'), trail: [], mailboxes: [ANDREW] }], parts);
    expect(await fixture.flow.commitAgain(message, again)).to.deep.equal([ANDREW]);
    expect(fixture.events.at(-1)).to.deep.equal({ type: 'accepted', message: '1', origin: 'resorted', mailboxes: [ANDREW] });
    expect(await fixture.flow.commitAgain(message, again), 'it is no longer on hold').to.equal(undefined);
    expect(fixture.events).to.have.length(2);
  });
});
