// Services that plugins hand over and take, in a server that runs.
import '#core/base/injection.js';
import { createServiceId, type PluginStatus } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { type FixturePlugin, FixtureServer } from '../fixturePlugins.js';

const ID = 'globalThis.postroomTestService';
Reflect.set(globalThis, 'postroomTestService', createServiceId('Greeter'));
const GREETER = { provides: [{ service: 'Greeter', version: '1.0.0' }] };

function provider(more: Partial<FixturePlugin> = {}): FixturePlugin {
  return {
    manifest: GREETER,
    activate: `context.provide(${ID}, { greet: () => 'hello' }); say('provided');`,
    deactivate: "say('end of the provider');",
    ...more,
  };
}

function consumer(manifest: FixturePlugin['manifest'] = { requires: ['Greeter'] }): FixturePlugin {
  return { manifest, activate: `say(context.get(${ID}).greet());`, deactivate: "say('end of the consumer');" };
}

describe('a service of a plugin', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FixtureServer;
  afterEach(() => fixture.stop());

  const start = async (plugins: Readonly<Record<string, FixturePlugin>>): Promise<void> => {
    fixture = await FixtureServer.start(plugins);
  };
  const status = (name: string): PluginStatus | undefined => fixture.plugin(`test.${name}`);

  it('is taken by those that require it, and outlives them', async () => {
    await start({ consumer: consumer(), provider: provider() });
    await fixture.close();
    expect(fixture.said).to.deep.equal(['provided', 'hello', 'end of the consumer', 'end of the provider']);
  });

  it('that the manifest does not require is not given', async () => {
    await start({ consumer: consumer({}), provider: provider() });
    expect(status('consumer')?.problems.join()).to.equal(
      'test.consumer takes the service Greeter, which "requires" in its manifest does not name.',
    );
  });

  it('that is provided and not declared is refused', async () => {
    await start({ provider: provider({ manifest: {} }) });
    expect(status('provider')?.problems.join()).to.equal(
      'test.provider provides the service Greeter, which "provides" in its manifest does not name.',
    );
  });

  it('that is declared and not provided makes the plugin fail', async () => {
    await start({ provider: provider({ activate: '' }), consumer: consumer() });
    expect(status('provider')?.problems.join()).to.equal('test.provider declares that it provides Greeter, and activate() did not.');
    expect(status('consumer')?.problems.join()).to.equal('It requires the service Greeter of test.provider, which is not active.');
  });

  it('of another version of the contract is refused', async () => {
    await start({ provider: provider({ manifest: { provides: [{ service: 'Greeter', version: '2.0.0' }] } }) });
    expect(status('provider')?.problems.join()).to.match(
      /provides Greeter 2\.0\.0; this server works with 1\.0\.0\. Install a version of the plugin/,
    );
  });

  it('ends with its provider: those that require it end first, and come back with it', async () => {
    await start({ consumer: consumer(), provider: provider() });
    await fixture.run('plugins.disable', { plugin: 'test.provider' });
    expect(fixture.said.slice(2)).to.deep.equal(['end of the consumer', 'end of the provider']);
    expect(status('consumer')?.state).to.equal('failed');
    await fixture.run('plugins.enable', { plugin: 'test.provider' });
    expect(fixture.said.slice(4)).to.deep.equal(['provided', 'hello']);
    expect(status('consumer')?.state).to.equal('active');
  });

  it('is listed with who requires it, and in which order they start', async () => {
    await start({ consumer: consumer(), provider: provider() });
    const order = (await fixture.run('plugins.order', { services: true })) as readonly {
      readonly place: number;
      readonly plugin: string;
    }[];
    expect(order.map(({ place }) => place)).to.deep.equal(order.map((_, index) => index + 1));
    const ours = order.filter(({ plugin }) => /^test\.(provider|consumer)$/.test(plugin));
    expect(ours.map((each) => ({ ...each, place: 0 }))).to.deep.equal([
      { place: 0, plugin: 'test.provider', phase: 'after the settings', provides: 'Greeter 1.0.0', requires: '' },
      { place: 0, plugin: 'test.consumer', phase: 'after the settings', provides: '', requires: 'test.provider: Greeter' },
    ]);
  });
});
