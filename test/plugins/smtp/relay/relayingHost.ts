// The plugin with an outgoing server that answers by a script, for the tests of relaying.
import type { DeliveryReceipt, DestinationReceipt, RelayDestinations } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { COMPANY, FakeHost } from '../fakeHost.js';
import { type Script, ScriptedServer } from '../scriptedServer.js';

export const TEXT = 'Subject: x\r\n\r\nhello\r\n';

export async function* pieces(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) {
    yield Buffer.from(text, 'latin1');
  }
}

export class RelayingHost {
  host!: FakeHost;
  isp!: ScriptedServer;
  abort = new AbortController();

  async connectTo(script: Script = {}, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.isp = await ScriptedServer.start(script);
    const server = { 'smtp.host': '127.0.0.1', 'smtp.port': this.isp.port, 'smtp.security': 'plain' };
    this.host = await new FakeHost({ ...server, ...settings }).activate();
    this.host.secrets.set('smtp.password', 'geheim');
  }

  async relay(recipients: readonly string[], more: Partial<RelayDestinations> = {}): Promise<readonly DestinationReceipt[]> {
    const to: RelayDestinations = {
      kind: 'relay',
      account: COMPANY,
      recipients: recipients.map((address) => ({ address })),
      from: 'mail@company.com',
      size: TEXT.length,
      content: () => pieces(TEXT),
      ...more,
    };
    return (await this.host.deliver({ mail: undefined as never, to }, { signal: this.abort.signal })) as DeliveryReceipt;
  }

  async one(more: Partial<RelayDestinations> = {}): Promise<DestinationReceipt | undefined> {
    return (await this.relay(['a@b.example'], more))[0];
  }

  /** Another server at the same place: the kept session runs out. */
  async renew(script: Script): Promise<void> {
    await this.host.clock.fire(10_000);
    this.isp.script = script;
  }
}

/** One for the tests of a `describe`, which begin with `connectTo`. */
export function relayingHost(): RelayingHost {
  const at = new RelayingHost();
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));
  beforeEach(() => {
    at.abort = new AbortController();
  });
  afterEach(async () => {
    await at.host.stop();
    await at.isp.stop();
  });
  return at;
}
