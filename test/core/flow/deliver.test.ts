import '#core/base/injection.js';
import type { DeliverHandler, DestinationReceipt, MailView, RelayDestinations, TapDeclaration } from '@postroom/sdk';
import type { Outbox } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { Destinations } from '#core/flow/sending/deliveryGroup.js';
import { RelayTry } from '#core/flow/sending/relayTry.js';
import { ANDREW, COMPANY, FlowFixture, GREG, outboxEntry } from './support/flowFixture.js';

const FAR = 'ruth@far.example';
const MAIL = { id: '7', rehearsal: false, origin: 'fetched' } as MailView;
const sent = (recipient: string): DestinationReceipt => ({ recipient, outcome: 'delivered', status: '2.0.0', text: 'Taken.' });
const away = { id: 'acme.filter', name: 'Filter', why: 'It failed.', how: 'failed', isNeeded: false } as const;

describe('handing a message on', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  let outboxTrouble: Error | undefined;
  let stopping: AbortController;
  beforeEach(() => {
    fixture = new FlowFixture();
    outboxTrouble = undefined;
    stopping = new AbortController();
  });

  const tap = (plugin: string, handler: DeliverHandler, more: Partial<TapDeclaration> = {}) =>
    fixture.hooks.onDeliver.add({ plugin, declaration: { hook: 'onDeliver', name: 'tap', announcesEndOfData: true, ...more } }, handler);

  function attempt(...recipients: readonly string[]): RelayTry {
    const entries = recipients.map((recipient, index) => outboxEntry({ id: index + 1, recipient }));
    const destinations: Destinations = {
      kind: 'relay',
      account: COMPANY,
      from: 'mail@company.example',
      size: 1,
      recipients: recipients.map((address) => ({ address })),
      content: async function* () {
        yield Buffer.from('x');
      },
    };
    const outbox = {
      enterDoubt: async () => {
        if (outboxTrouble !== undefined) throw outboxTrouble;
      },
      leaveDoubt: async () => undefined,
    } as Partial<Outbox> as Outbox;
    return new RelayTry({ message: '7', account: 'company', entries }, destinations, outbox, async () => undefined, stopping.signal);
  }

  async function relay(...recipients: readonly string[]): Promise<readonly DestinationReceipt[]> {
    const one = attempt(...recipients);
    return one.end(await fixture.delivering.relay(MAIL, one)).all;
  }

  it('to mailboxes answers which took their copy, and why another did not', async () => {
    const open = fixture.takeCopies(GREG);
    expect(await fixture.delivering.local(MAIL, [ANDREW, GREG])).to.deep.equal({
      mailboxes: [ANDREW],
      waiting: 'greg@company: The mailbox is being repaired.',
    });
    await open.dispose();
    expect(await fixture.delivering.local(MAIL, [ANDREW])).to.deep.equal({
      mailboxes: [],
      waiting: 'andrew@company: No active plugin delivers this.',
    });
    expect(await fixture.delivering.local(MAIL, []), 'nobody is asked about nothing').to.deep.equal({ mailboxes: [], waiting: undefined });
  });

  it('to mailboxes waits while a filter is away, but for what Postroom wrote itself', async () => {
    fixture.takeCopies();
    fixture.blocking = [away];
    expect(await fixture.delivering.local(MAIL, [ANDREW])).to.deep.equal({
      mailboxes: [],
      waiting: 'acme.filter is not active; sorted when back',
    });
    expect((await fixture.delivering.local({ ...MAIL, origin: 'bounce' }, [ANDREW])).mailboxes).to.deep.equal([ANDREW]);
  });

  it('to the outside answers the receipts of the plugin, one for each recipient', async () => {
    tap('a.relay', ({ to }) => (to.kind === 'relay' ? to.recipients.map(({ address }) => sent(address)) : undefined));
    expect(await relay(FAR, 'rob@far.example')).to.deep.equal([sent(FAR), sent('rob@far.example')]);
    expect(fixture.blamed).to.deep.equal([]);
  });

  it('to the outside turns silence into later: no plugin, a plugin that fails, and one that forgets a recipient', async () => {
    expect((await relay(FAR))[0]).to.include({ outcome: 'deferred', text: 'No active plugin delivers this.' });
    const failing = tap('a.relay', () => {
      throw new Error('no luck');
    });
    expect((await relay(FAR))[0]).to.include({ outcome: 'deferred', status: '4.3.0', text: 'a.relay/tap failed: no luck' });
    expect(fixture.blamed).to.deep.equal(['a.relay over 7']);
    await failing.dispose();
    tap('a.relay', () => [sent(FAR)]);
    const [, other] = await relay(FAR, 'rob@far.example');
    expect(other).to.include({ outcome: 'deferred', text: 'a.relay took the message over and did not say what became of it.' });
  });

  it('to the outside waits while a filter is away: the account is set up wrong until it is back', async () => {
    let calls = 0;
    tap('a.relay', () => {
      calls += 1;
      return [sent(FAR)];
    });
    fixture.blocking = [away];
    expect((await relay(FAR))[0]).to.include({
      outcome: 'deferred',
      configuration: true,
      text: 'acme.filter is not active; sorted when back',
    });
    expect(calls).to.equal(0);
  });

  it('blames no plugin for what it was told not to send: the store could not note it, or the server stops', async () => {
    tap('a.relay', async ({ to }) => {
      await (to as RelayDestinations).beforeEndOfData?.();
      return [sent(FAR)];
    });
    outboxTrouble = new Error('There is no room.');
    expect((await relay(FAR))[0]).to.include({ outcome: 'deferred', text: 'There is no room.' });
    expect(fixture.blamed).to.deep.equal([]);
    outboxTrouble = undefined;
    stopping.abort(new Error('The server stops.'));
    expect((await relay(FAR))[0]).to.include({ outcome: 'deferred' });
    expect(fixture.blamed).to.deep.equal([]);
  });

  it('tells its listeners of a try and keeps no delivery waiting for them; told() does', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const heard: unknown[] = [];
    expect(fixture.delivering.hasListeners).to.equal(false);
    tap(
      'a.listener',
      async ({ receipt }) => {
        await gate;
        heard.push(receipt);
        return undefined;
      },
      { stage: 'outcome' },
    );
    expect(fixture.delivering.hasListeners).to.equal(true);
    fixture.delivering.tell({ mail: MAIL, to: attempt(FAR).destinations, receipt: [sent(FAR)] });
    expect(heard).to.deep.equal([]);
    go();
    await fixture.delivering.told();
    expect(heard).to.deep.equal([[sent(FAR)]]);
  });
});
