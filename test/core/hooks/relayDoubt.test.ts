import type { DeliverHandler, DeliveryReceipt, RelayDestinations, TapCall, TapDeclaration } from '@postroom/sdk';
import { expect } from 'chai';
import { HookCall } from '#core/hooking/hookCall.js';
import { createHooks } from '#core/hooks/hooks.js';
import { inDoubtThroughout, keepDoubt } from '#core/hooks/relayDoubt.js';

const RECEIPT: DeliveryReceipt = [{ recipient: 'a@far.example', outcome: 'delivered', status: '2.0.0', text: 'taken' }];
const CALL: TapCall = { signal: new AbortController().signal };

describe('a tap that delivers mail to the outside', () => {
  let steps: string[];
  beforeEach(() => {
    steps = [];
  });

  /** Calls a handler that answers `receipt`. `trouble`: the store cannot note that mail is in doubt. */
  async function deliver(tap: Partial<TapDeclaration>, receipt: DeliveryReceipt | undefined, trouble?: Error): Promise<unknown> {
    const to = { kind: 'relay', recipients: [{ address: 'a@far.example' }] } as unknown as RelayDestinations;
    keepDoubt(to, {
      enter: async () => {
        steps.push('in doubt');
        if (trouble !== undefined) throw trouble;
      },
      leave: async () => void steps.push('not in doubt'),
      hasBegun: () => false,
    });
    const handler: DeliverHandler = () => {
      steps.push('called');
      return receipt;
    };
    return inDoubtThroughout({ hook: 'onDeliver', name: 'send', ...tap }, handler)({ mail: undefined as never, to }, CALL);
  }

  it('is in doubt before it is called, unless it announces the end of data', async () => {
    expect(await deliver({}, RECEIPT)).to.equal(RECEIPT);
    expect(steps).to.deep.equal(['in doubt', 'called']);
    steps = [];
    expect(await deliver({ announcesEndOfData: true }, RECEIPT)).to.equal(RECEIPT);
    expect(steps).to.deep.equal(['called']);
  });

  it('leaves nothing in doubt where it has nothing to say', async () => {
    expect(await deliver({}, undefined)).to.equal(undefined);
    expect(steps).to.deep.equal(['in doubt', 'called', 'not in doubt']);
  });

  it('is not called where that cannot be written down: the mail waits, and the plugin did not fail', async () => {
    const [receipt] = (await deliver({}, RECEIPT, new Error('There is no room.'))) as DeliveryReceipt;
    expect(receipt).to.include({ outcome: 'deferred', text: 'There is no room.' }).and.not.have.property('unsure');
    expect(steps).to.deep.equal(['in doubt']);
  });

  it('only looks on in the stage of that name: what it answers there is refused', async () => {
    const to = { kind: 'relay', recipients: [{ address: 'a@far.example' }] } as unknown as RelayDestinations;
    for (const receipt of [undefined, RECEIPT]) {
      steps = [];
      expect(await deliver({ stage: 'observe' }, receipt)).to.equal(receipt);
      expect(steps, 'nothing is in doubt for it').to.deep.equal(['called']);
      const { onDeliver } = createHooks();
      onDeliver.add({ plugin: 'a.b', declaration: { hook: 'onDeliver', name: 'look', stage: 'observe' } }, () => receipt);
      const answer: unknown = await onDeliver.promise({ mail: undefined as never, to }, new HookCall()).catch((error: unknown) => error);
      if (receipt === undefined) expect(answer).to.equal(undefined);
      else expect(answer).to.include({ code: 'plugin/bad-answer' });
    }
  });

  it('delivers to mailboxes without any of this', async () => {
    const handler: DeliverHandler = () => RECEIPT;
    const request = { mail: undefined as never, to: { kind: 'mailboxes' as const, mailboxes: [] } };
    expect(await inDoubtThroughout({ hook: 'onDeliver', name: 'send' }, handler)(request, CALL)).to.equal(RECEIPT);
  });
});
