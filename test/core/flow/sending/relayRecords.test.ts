// What a try came to is recorded under its lease: what another server has taken over is not, and is said where mail may have gone twice.
import '#core/base/injection.js';
import { type DestinationReceipt, PostroomError } from '@postroom/sdk';
import type { Outbox, OutboxEntry, OutboxUpdate, StoredMessage } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { BounceStep } from '#core/flow/sending/bounce.js';
import { RelayRecords } from '#core/flow/sending/relayRecords.js';
import { ANDREW, FlowFixture, inPieces, octetsOf, outboxEntry } from '../support/flowFixture.js';

const LETTER = octetsOf('From: mail@company.example\nSubject: Hello\n\nA letter.\n');
const FAR = 'ruth@far.example';
const NEAR = 'bob@far.example';
const LOST = new PostroomError('lease/lost', 'Another server has taken this entry.');

const receipt = (outcome: DestinationReceipt['outcome'], recipient = FAR, more: Partial<DestinationReceipt> = {}): DestinationReceipt => ({
  recipient,
  outcome,
  status: { delivered: '2.0.0', deferred: '4.2.1', failed: '5.1.1' }[outcome],
  text: 'So it is.',
  ...more,
});

describe('what a try came to', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  let records: RelayRecords;
  let message: StoredMessage;
  /** What the Outbox was told, and refuses. */
  let reported: (readonly OutboxUpdate[])[];
  let refusal: Error | undefined;
  /** Of the program's log. */
  let warnings: string[];
  beforeEach(async () => {
    fixture = new FlowFixture();
    fixture.takeCopies();
    [reported, warnings, refusal] = [[], [], undefined];
    const outbox = {
      report: async (updates) => {
        reported.push(updates);
        if (refusal !== undefined) throw refusal;
      },
    } as Partial<Outbox> as Outbox;
    const log = { ...fixture.log, warn: (sentence: string) => void warnings.push(sentence) };
    const { own, accounts, server, clock, eventBus, activityLog } = fixture;
    const store = fixture.store.asStore;
    const bounce = new BounceStep(own, store, outbox, accounts, server, clock, log);
    records = new RelayRecords(outbox, store, bounce, clock, eventBus, activityLog, log);

    const client = { helo: 'pc', address: '192.0.2.9', protocol: 'ESMTPSA' };
    const recipients = [FAR, NEAR].map((address) => ({ address }));
    const { id } = await fixture.submissions.submit(inPieces(LETTER), { author: ANDREW, from: 'mail@company.example', recipients, client });
    const stored = await fixture.store.message(id);
    if (stored === undefined) throw new Error('It is not stored.');
    message = stored;
    fixture.activity.length = 0;
  });

  const entry = (id: number, recipient: string): OutboxEntry => outboxEntry({ id, recipient, message: message.id, lease: 40 + id });
  const write = (...receipts: readonly DestinationReceipt[]): Promise<readonly OutboxUpdate[]> => {
    const entries = [entry(1, FAR), entry(2, NEAR)].filter(({ recipient }) => receipts.some((each) => each.recipient === recipient));
    return records.write({ message: message.id, account: 'company', entries }, receipts);
  };
  const notices = (): readonly string[] =>
    fixture.store.units.filter(({ message: { origin } }) => origin === 'bounce').map(({ message: { subject } }) => subject);

  it('is recorded under the number of the try, and so is the notice of it', async () => {
    await write(receipt('delivered'), receipt('failed', NEAR));
    expect(reported.flat().map(({ id, lease, outcome }) => [id, lease, outcome])).to.deep.equal([[1, 41, 'sent']]);
    const settled = fixture.store.units.at(-1)?.settles ?? [];
    expect(settled.map(({ id, lease, outcome }) => [id, lease, outcome])).to.deep.equal([[2, 42, 'bounced']]);
    expect(notices()).to.deep.equal(['Not delivered: Hello']);
  });

  it('is dropped, with a warning, where the mail went out and another server had taken it over', async () => {
    refusal = LOST;
    const updates = await write(receipt('delivered'), receipt('deferred', NEAR, { unsure: true }));
    expect(
      updates.map(({ outcome }) => outcome),
      'the round tells what it did',
    ).to.deep.equal(['sent', 'deferred']);
    const sentence = `Mail to ${FAR}, ${NEAR} may have gone twice: another server had taken it over while this one sent it.`;
    expect(warnings).to.deep.equal([sentence]);
    expect(fixture.activity.at(-1)).to.equal(sentence);
    expect(
      fixture.events.filter(({ type }) => type === 'relay'),
      'its sender tells',
    ).to.deep.equal([]);
    refusal = undefined;
    await records.writeRest();
    expect(reported, 'not kept for later').to.have.length(1);
  });

  it('is dropped without a warning where nothing was sent of it', async () => {
    refusal = LOST;
    expect((await write(receipt('deferred')))[0]).to.include({ outcome: 'deferred' });
    expect(warnings).to.deep.equal([]);
    await records.writeRest();
    expect(reported).to.have.length(1);
  });

  it('brings no notice where another server has taken the message over', async () => {
    const commit = fixture.store.commit.bind(fixture.store);
    fixture.store.commit = (unit) => (unit.settles === undefined ? commit(unit) : Promise.reject(LOST));
    await write(receipt('failed'));
    expect(notices()).to.deep.equal([]);
    expect([fixture.activity, warnings]).to.deep.equal([[], []]);
    expect([reported, fixture.store.leftOpen], 'nor is it recorded by other means').to.deep.equal([[], []]);
  });

  it('is written down later where the store could not be told, or did not answer', async () => {
    for (const code of ['store/failed', 'store/unreachable', 'store/unknown'] as const) {
      reported.length = 0;
      refusal = new PostroomError(code, 'Not now.');
      expect(await write(receipt('delivered')).catch((error: unknown) => error)).to.equal(refusal);
      expect(await records.writeRest().catch((error: unknown) => error), 'nothing more is sent until then').to.equal(refusal);
      refusal = undefined;
      await records.writeRest();
      expect(reported.map((updates) => updates.map(({ id, lease }) => [id, lease]))).to.deep.equal([[[1, 41]], [[1, 41]], [[1, 41]]]);
    }
    expect(warnings).to.deep.equal([]);
  });

  it('is dropped where it was to be written down later, and another server has it by then', async () => {
    refusal = new PostroomError('store/unreachable', 'Not now.');
    await write(receipt('delivered')).catch(() => undefined);
    refusal = LOST;
    await records.writeRest();
    await records.writeRest();
    expect(reported).to.have.length(2);
    expect(warnings).to.have.length(1);
  });

  it('stays in the Outbox under its number where nobody knows whether its notice was stored', async () => {
    fixture.store.losing = 'not stored';
    fixture.store.outcomeTrouble = new PostroomError('store/unreachable', 'Not now.');
    const written = write(receipt('failed')).catch((error: unknown) => error);
    await fixture.advance(30_000);
    expect(await written).to.include({ code: 'store/unknown' });
    expect(reported.flat().map(({ id, lease, outcome }) => [id, lease, outcome])).to.deep.equal([[1, 41, 'deferred']]);
  });
});
