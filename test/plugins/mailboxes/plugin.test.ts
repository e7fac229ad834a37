import { ADMIN1, type DeliverHandler, type DeliveryRequest, type PluginContext } from '@postroom/sdk';
import { expect } from 'chai';
import { activate } from '#plugins/mailboxes/dist/plugin.js';

/** The tap as the plugin registers it. */
function deliverTap(): DeliverHandler {
  let handler: DeliverHandler | undefined;
  const tap = (name: string, tapped: DeliverHandler): { dispose(): void } => {
    expect(name).to.equal('deliver');
    handler = tapped;
    return { dispose: () => undefined };
  };
  activate({ hooks: { onDeliver: { tap } } } as unknown as PluginContext);
  if (!handler) throw new Error('The plugin did not tap onDeliver.');
  return handler;
}

const call = { signal: new AbortController().signal };

describe('local delivery', () => {
  it('says yes to every mailbox, once each', async () => {
    const request = {
      to: { kind: 'mailboxes', mailboxes: [{ account: 'company', user: 'andrew' }, ADMIN1] },
    } as unknown as DeliveryRequest;
    const receipt = await deliverTap()(request, call);
    expect(receipt?.map(({ recipient, outcome, status }) => [recipient, outcome, status])).to.deep.equal([
      ['andrew@company', 'delivered', '2.0.0'],
      ['admin1', 'delivered', '2.0.0'],
    ]);
  });

  it('leaves recipients outside to the relay', async () => {
    const request = { to: { kind: 'relay', recipients: [{ address: 'a@far.example' }] } } as unknown as DeliveryRequest;
    expect(await deliverTap()(request, call)).to.equal(undefined);
  });
});
