import '#core/base/injection.js';
import { type MailboxRef, PostroomError } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ANDREW, COMPANY, FlowFixture, GREG, inPieces, LISA, octetsOf } from '../support/flowFixture.js';

const LETTER = octetsOf('From: ruth@far.example\nMessage-ID: <1@far.example>\nSubject: Hello\n\nA letter.\n');
const FAR = 'ruth@far.example';

describe('mail that is set aside', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  /** What the tap that sorts does with a message, by its account. */
  let rule: 'hold' | 'quarantine' | MailboxRef;
  beforeEach(() => {
    fixture = new FlowFixture();
    fixture.takeCopies();
    rule = 'hold';
    fixture.tapSort('a.route', (plan) => {
      if (rule === 'hold') return plan.hold('the filter is away');
      if (rule === 'quarantine') return plan.quarantine('a virus');
      return plan.account.id === 'works'
        ? plan.to(LISA, 'her address')
        : plan.outside.length > 0
          ? undefined
          : plan.to(rule, 'named', 'L4');
    });
  });

  async function fetch(uidl = 'u1'): Promise<string> {
    const from = { uidl, listedSize: LETTER.length, server: 'pop.isp.example' };
    return (await fixture.fetched.forAccount(COMPANY, { lease: 'round/company', token: 1 }).accept(inPieces(LETTER), from)).id;
  }
  async function submit(): Promise<string> {
    const client = { helo: 'pc', address: '192.0.2.9', protocol: 'ESMTPSA' };
    const recipients = [{ address: FAR, dsn: { notify: ['FAILURE'] } }, { address: 'lisa@works.example' }];
    return (await fixture.submissions.submit(inPieces(LETTER), { author: ANDREW, from: 'mail@company.example', recipients, client })).id;
  }
  const dispositionOf = (id: string): string | undefined => fixture.store.messages.get(id)?.disposition;
  const refusalOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as Error).message,
    );

  it('stays on hold while nothing has changed, and nothing is written for it', async () => {
    const id = await fetch();
    expect(await fixture.held.retryHeld()).to.equal(0);
    expect([dispositionOf(id), fixture.store.changes]).to.deep.equal(['hold', []]);
  });

  it('is delivered by the rules of today, oldest first, and its trail goes on', async () => {
    const [first, second] = [await fetch('u1'), await fetch('u2')];
    rule = ANDREW;
    expect(await fixture.held.retryHeld()).to.equal(2);
    expect(fixture.store.changes.map(({ id }) => id)).to.deep.equal([first, second]);
    const [{ change } = { change: undefined }] = fixture.store.changes;
    expect(change).to.include({ from: 'hold', disposition: 'deliver', reason: '', rung: 'L4' });
    expect(change?.trail.map(({ reason }) => reason)).to.deep.equal(['the filter is away', 'named']);
    expect(change?.add[0]).to.deep.include({ mailbox: ANDREW, isWanted: false });
    expect(change?.add[0]?.duplicateKey, 'other copies may have come meanwhile').to.have.length(16);
    expect(fixture.events.at(-1)).to.deep.equal({ type: 'accepted', message: second, origin: 'resorted', mailboxes: [ANDREW] });
  });

  it('is set aside for another cause where the rules say so, and counts as not delivered', async () => {
    const id = await fetch();
    rule = 'quarantine';
    expect(await fixture.held.retryHeld()).to.equal(0);
    expect(dispositionOf(id)).to.equal('quarantine');
  });

  it('from a client goes to everybody in one commit, once all of its accounts agree', async () => {
    const id = await submit();
    expect(await fixture.held.retryHeld()).to.equal(0);
    rule = ANDREW;
    expect(await fixture.held.retryHeld()).to.equal(1);
    const [{ change } = { change: undefined }, ...more] = fixture.store.changes;
    expect(more).to.deep.equal([]);
    expect(change?.add.map(({ mailbox }) => mailbox)).to.deep.equal([LISA]);
    expect(change?.add[0]?.duplicateKey).to.equal(undefined);
    expect(change?.outbox.map(({ recipient, notify }) => [recipient, notify])).to.deep.equal([[FAR, ['FAILURE']]]);
    expect(Buffer.from(change?.outbox[0]?.prefix ?? []).toString(), 'as when it came in').to.match(/^Received: from pc /);
    expect(dispositionOf(id)).to.equal('deliver');
  });

  it('does not keep the others from their turn where one cannot be sorted', async () => {
    const [gone, other] = [await fetch('u1'), await fetch('u2')];
    rule = ANDREW;
    const read = fixture.store.read.bind(fixture.store);
    fixture.store.read = (id, start) => {
      if (id === gone) throw new Error('A page is damaged.');
      return read(id, start);
    };
    expect(await fixture.held.retryHeld()).to.equal(1);
    expect([dispositionOf(gone), dispositionOf(other)]).to.deep.equal(['hold', 'deliver']);
    expect(fixture.errors).to.deep.equal(['A held message could not be sorted again; it stays held.']);
  });

  it('that was deleted meanwhile is no trouble', async () => {
    await fetch();
    fixture.store.read = () => {
      throw new PostroomError('mail/not-found', 'There is no message.');
    };
    expect(await fixture.held.retryHeld()).to.equal(0);
    expect(fixture.errors).to.deep.equal([]);
  });

  it('is sorted once though two rounds ask at the same time', async () => {
    await fetch();
    rule = ANDREW;
    let sorted = 0;
    fixture.tapSort('b.count', () => {
      sorted += 1;
      return undefined;
    });
    expect(await Promise.all([fixture.held.retryHeld(), fixture.held.retryHeld()])).to.deep.equal([1, 0]);
    expect([sorted, fixture.store.changes.length]).to.deep.equal([1, 1]);
  });

  it('is left to the administrator, without another look, where it brought the server down again and again', async () => {
    const id = await fetch();
    rule = ANDREW;
    fixture.storages.entries.set('core resorting', true);
    fixture.storages.entries.set(`core resorting/${id}`, 2);
    let reads = 0;
    fixture.store.read = () => {
      reads += 1;
      throw new Error('It must not be read.');
    };
    expect(await fixture.held.retryHeld()).to.equal(0);
    expect(reads).to.equal(0);
    expect(fixture.store.messages.get(id)).to.include({
      disposition: 'quarantine',
      reason: 'sorting it again brought the server down three times; "held release" delivers it, "held delete" removes it',
    });
    expect(fixture.store.messages.get(id)?.trail.at(-1)).to.include({ tap: 'core/poison', change: 'quarantine' });
    expect(fixture.errors).to.deep.equal(['A held message is set aside for the administrator.']);
    expect(fixture.storages.entries.size).to.equal(0);
  });

  describe('of two servers on the store', () => {
    let other: FlowFixture;
    beforeEach(() => {
      other = new FlowFixture(fixture);
      other.takeCopies();
      other.tapSort('a.route', (plan) => (rule === 'hold' || rule === 'quarantine' ? plan.hold('not yet') : plan.to(rule, 'named there')));
    });
    const filterIsAway = { id: 'a.filter', name: 'Filter', why: 'It is not active.', how: 'failed', isNeeded: false } as const;

    it('is sorted by one of them at a time: a round leaves it to the other, a person waits for that', async () => {
      const id = await fetch();
      rule = ANDREW;
      const lease = await other.leases.take('held');
      expect(await fixture.held.retryHeld({ patienceMs: 0 })).to.equal(0);
      const retried = fixture.held.retryHeld();
      await fixture.advance(1_000);
      expect(dispositionOf(id)).to.equal('hold');
      await lease?.release();
      await fixture.advance(1_000);
      expect(await retried).to.equal(1);
      expect(fixture.shared.heldBy('a'), 'the next one may have it').to.deep.equal([]);
    });

    it('is sorted by the one that has the filter, and never by one that lacks it', async () => {
      const id = await fetch();
      rule = ANDREW;
      fixture.blocking.push(filterIsAway);
      expect(await fixture.held.retryHeld()).to.equal(0);
      expect([dispositionOf(id), fixture.storages.entries.size]).to.deep.equal(['hold', 0]);
      expect(await other.held.retryHeld()).to.equal(1);
      expect(fixture.store.changes.map(({ change }) => change.trail.at(-1)?.reason)).to.deep.equal(['named there']);
    });

    it('is released on either at any time, once', async () => {
      const id = await fetch();
      const lease = await other.leases.take('held');
      expect(await fixture.held.release(id, [GREG])).to.deep.include({ mailboxes: ['greg@company'] });
      expect(await refusalOf(other.held.release(id, [ANDREW]))).to.include(`No message ${id} is set aside.`);
      expect(fixture.store.changes).to.have.length(1);
      await lease?.release();
    });

    it('is not tried one by one because the other server is at it, but because that one died', async () => {
      await fetch();
      rule = ANDREW;
      const notes: string[][] = [];
      const read = fixture.store.read.bind(fixture.store);
      fixture.store.read = (id, start) => {
        notes.push([...fixture.storages.entries.keys()]);
        return read(id, start);
      };
      fixture.storages.entries.set('core resorting', { server: 2, process: 'another' });
      rule = 'hold';
      await fixture.held.retryHeld();
      fixture.shared.end('b');
      fixture.storages.entries.set('core resorting', { server: 2, process: 'another' });
      await fixture.held.retryHeld();
      expect(notes.map((keys) => keys.some((key) => key.startsWith('core resorting/')))).to.deep.equal([false, true]);
    });
  });

  it('is released to the mailboxes that are named, in any case, and counts as wanted there', async () => {
    const id = await fetch();
    expect(await fixture.held.release(id, [GREG])).to.deep.equal({ message: id, mailboxes: ['greg@company'] });
    const [{ change } = { change: undefined }] = fixture.store.changes;
    expect(change?.add[0]).to.deep.include({ mailbox: GREG, isWanted: true });
    expect(change?.trail.at(-1)).to.include({ tap: 'core/release', reason: 'released by the administrator' });
  });

  it("is released by today's rules where nobody is named, and stays aside where they say so", async () => {
    const id = await fetch();
    expect(await refusalOf(fixture.held.release(id, []))).to.equal(
      `Today's rules still set message ${id} aside: hold. Name the mailboxes to release it anyway.`,
    );
    rule = ANDREW;
    expect(await fixture.held.release(id, [])).to.deep.equal({ message: id, mailboxes: ['andrew@company'] });
    expect(await refusalOf(fixture.held.release(id, []))).to.include(`No message ${id} is set aside.`);
  });

  it('from a client reaches those outside also where the administrator names who gets it here', async () => {
    const id = await submit();
    await fixture.held.release(id, [GREG]);
    const [{ change } = { change: undefined }] = fixture.store.changes;
    expect(change?.add.map(({ mailbox }) => mailbox)).to.deep.equal([GREG]);
    expect(change?.outbox.map(({ recipient }) => recipient)).to.deep.equal([FAR]);
  });

  it('is not delivered twice where a round was faster than the administrator', async () => {
    const id = await fetch();
    const resort = fixture.store.resort.bind(fixture.store);
    fixture.store.resort = async (message, change) => {
      fixture.store.resort = resort;
      rule = ANDREW;
      await fixture.held.retryHeld();
      return resort(message, change);
    };
    expect(await refusalOf(fixture.held.release(id, [GREG]))).to.include(`No message ${id} is set aside.`);
    expect(fixture.store.changes.map(({ change }) => change.add[0]?.mailbox.user)).to.deep.equal(['andrew']);
  });
});
