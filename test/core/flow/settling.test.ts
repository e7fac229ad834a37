// A commit whose answer was lost: settled where the store can be asked, and left open, with the octets, where it cannot.
import '#core/base/injection.js';
import { PostroomError } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { NewMailDraft } from '#core/flow/commitUnit.js';
import { draft } from '#core/flow/draft.js';
import type { StagedMail } from '#core/flow/intake/stagedMail.js';
import { OutcomeUnknown } from '#core/flow/settling.js';
import { ANDREW, COMPANY, FlowFixture, inPieces, octetsOf } from './support/flowFixture.js';

const LETTER = octetsOf('From: ruth@far.example\nSubject: Hello\n\nA letter.\n');
const AWAY = new PostroomError('store/unreachable', 'The database server cannot be reached.');

describe('a commit whose answer was lost', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  beforeEach(() => {
    fixture = new FlowFixture();
    fixture.takeCopies();
    fixture.tapSort('a.route', (plan) => plan.to(ANDREW, 'named'));
  });

  async function read(): Promise<StagedMail> {
    const source = { origin: 'fetched', author: undefined, envelope: { from: undefined, recipients: [] }, mode: 'plainly' } as const;
    return fixture.flow.read(inPieces(LETTER), source);
  }
  async function draftOf(mail: StagedMail): Promise<NewMailDraft> {
    const view = mail.view();
    const decision = await fixture.flow.place(await fixture.flow.sort(COMPANY, view), view);
    return { ...draft([decision], { header: mail.content.header, prefix: () => new Uint8Array() }), account: 'company' };
  }
  async function commit(): Promise<unknown> {
    const mail = await read();
    return fixture.flow.commit(mail, draftOf(mail)).catch((error: unknown) => error);
  }

  it('is as one that was answered where the store has the message', async () => {
    fixture.store.losing = 'stored';
    expect(await commit()).to.deep.include({ id: '1', mailboxes: [ANDREW], disposition: 'deliver' });
    expect(fixture.events).to.deep.equal([{ type: 'accepted', message: '1', origin: 'fetched', mailboxes: [ANDREW] }]);
    expect(fixture.activity).to.deep.equal(['Collected: for andrew@company']);
    expect(fixture.clock.pending).to.equal(0);
  });

  it('is a failed one where the store has nothing of it: nothing stays staged, and nobody is told', async () => {
    fixture.store.losing = 'not stored';
    const failure = await commit();
    expect(failure).to.include({ code: 'store/failed', message: "Message 1 was not stored: the store's answer to its commit was lost." });
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['discarded']);
    expect([fixture.events, fixture.activity]).to.deep.equal([[], []]);
  });

  it('is asked about until the store can say, with longer and longer waits', async () => {
    fixture.store.losing = 'stored';
    fixture.store.outcomeTrouble = AWAY;
    const committing = commit();
    const asked: number[] = [];
    for (let passed = 0; passed < 7_000; passed += 100) {
      await fixture.advance(passed === 0 ? 0 : 100);
      if (fixture.store.settled.length > asked.length) asked.push(passed);
    }
    expect(asked).to.deep.equal([0, 100, 300, 700, 1_500, 3_100, 6_300]);
    fixture.store.outcomeTrouble = undefined;
    await fixture.clock.advance(6_400);
    expect(await committing).to.deep.include({ id: '1', mailboxes: [ANDREW] });
    expect(fixture.clock.pending).to.equal(0);
  });

  it('stays unknown after half a minute: its octets stay, as they may be stored, and whoever waits is told', async () => {
    fixture.store.losing = 'stored';
    fixture.store.outcomeTrouble = AWAY;
    const committing = commit();
    await fixture.advance(29_999);
    expect(fixture.clock.pending).to.be.above(0);
    await fixture.clock.advance(1);
    const failure = await committing;
    expect(failure).to.be.instanceOf(OutcomeUnknown).and.include({ code: 'store/unknown' });
    expect((failure as Error).message).to.match(/^It is not known whether message 1 was stored: /);
    expect(fixture.store.bodies.map(({ state }) => state)).to.deep.equal(['committed']);
    expect([fixture.events, fixture.activity, fixture.clock.pending]).to.deep.equal([[], [], 0]);
  });

  it('stays unknown after some seconds where the disk failed, which the store says at once', async () => {
    fixture.store.losing = 'stored';
    fixture.store.outcomeTrouble = new PostroomError('store/failed', 'Nothing can be stored: the disk failed before.');
    fixture.maintenance.trouble = new Error('disk I/O error');
    const committing = commit();
    await fixture.advance(3_100);
    expect(await committing).to.be.instanceOf(OutcomeUnknown);
    expect([fixture.store.settled.length, fixture.clock.pending]).to.deep.equal([6, 0]);
  });

  it('is settled where the failed disk works again within these seconds', async () => {
    fixture.store.losing = 'stored';
    fixture.store.outcomeTrouble = new PostroomError('store/failed', 'Nothing can be stored: the disk failed before.');
    fixture.maintenance.trouble = new Error('disk I/O error');
    const committing = commit();
    await fixture.advance(1_400);
    [fixture.store.outcomeTrouble, fixture.maintenance.trouble] = [undefined, undefined];
    await fixture.clock.advance(100);
    expect(await committing).to.deep.include({ id: '1', mailboxes: [ANDREW] });
  });

  it('is waited for half a minute where the store is away, which it says: it may be back at any moment', async () => {
    fixture.store.losing = 'stored';
    fixture.store.outcomeTrouble = AWAY;
    fixture.maintenance.trouble = AWAY;
    const committing = commit();
    await fixture.advance(25_400);
    fixture.store.outcomeTrouble = undefined;
    await fixture.clock.advance(100);
    expect(await committing).to.deep.include({ id: '1', mailboxes: [ANDREW] });
  });

  it('stays unknown after half a minute though the store never answers the question', async () => {
    fixture.store.losing = 'not stored';
    fixture.store.outcome = () => new Promise(() => undefined);
    const committing = commit();
    await fixture.advance(30_000);
    expect(await committing).to.include({ code: 'store/unknown' });
    expect(
      fixture.store.bodies.map(({ state }) => state),
      'nothing of it is discarded',
    ).to.deep.equal(['open']);
  });

  it('is left as it is where the server stops', async () => {
    fixture.store.losing = 'stored';
    fixture.store.outcomeTrouble = AWAY;
    const committing = commit();
    await fixture.advance(1_000);
    fixture.settling.dispose();
    expect(await committing).to.include({ code: 'store/unknown' });
    expect(fixture.clock.pending).to.equal(0);
    expect(await commit(), 'and nobody begins to wait').to.include({ code: 'store/unknown' });
    expect(fixture.clock.pending).to.equal(0);
  });
});
