// The plugin with its submission port open, and mail clients that talk to it by the line.
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { FakeHost } from '../fakeHost.js';
import type { Where } from '../inProcessDoors.js';
import { LineClient } from '../lineClient.js';

/** The clients of these tests are devices without a login, where a test does not say otherwise. */
const PLAIN_PORT = {
  'smtp.listen': [{ host: '127.0.0.1', port: 0, security: 'starttls' }],
  'smtp.trustedNetworks': ['127.0.0.1'],
};

export class ServedHost {
  host!: FakeHost;
  port = 0;
  #clients: LineClient[] = [];

  constructor(readonly where: Where) {}

  async serve(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.host = await new FakeHost({ ...PLAIN_PORT, ...settings }, this.where).activate();
    this.port = (await this.host.start())[0]?.port ?? 0;
  }

  async open(early = '', port = this.port): Promise<LineClient> {
    const client = await LineClient.open(port, 'plain', early);
    this.#clients.push(client);
    return client;
  }

  async greeted(): Promise<LineClient> {
    const client = await this.open();
    await client.run('EHLO office.example');
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) {
      client.close();
    }
    await this.host.stop();
  }
}

/** One for the tests of a `describe`, which begin with `serve`. */
export function servedHost(where: Where = 'on the main thread'): ServedHost {
  const at = new ServedHost(where);
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));
  afterEach(() => at.stop());
  return at;
}

/** The same rules wherever the clients are served. */
export function describeEverywhere(title: string, suite: (where: Where) => void): void {
  for (const where of ['on the main thread', 'in a door'] as const) describe(`${title} ${where}`, () => suite(where));
}
