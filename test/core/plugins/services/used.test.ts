// Services that a plugin works with where there is one, and without where there is none.
import '#core/base/injection.js';
import { createServiceId, type PluginStatus } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { type FixturePlugin, FixtureServer } from '../fixturePlugins.js';

const ID = 'globalThis.postroomUsedService';
Reflect.set(globalThis, 'postroomUsedService', createServiceId('UsedGreeter'));

const PROVIDER: FixturePlugin = {
  manifest: { provides: [{ service: 'UsedGreeter', version: '1.0.0' }] },
  activate: `context.provide(${ID}, { greet: () => 'hello' });`,
  deactivate: "say('end of the provider');",
};

function user(body: string, manifest: FixturePlugin['manifest'] = { uses: ['UsedGreeter'] }): FixturePlugin {
  return { manifest, activate: body, deactivate: "say('end of the user');" };
}

const GREETING = user(`
  context.use(${ID}, (greeter) => {
    say(greeter.greet());
    return { dispose: () => say('goodbye') };
  });`);

describe('a service that a plugin uses', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FixtureServer;
  afterEach(() => fixture.stop());

  const start = async (plugins: Readonly<Record<string, FixturePlugin>>): Promise<void> => {
    fixture = await FixtureServer.start(plugins);
  };
  const status = (name: string): PluginStatus | undefined => fixture.plugin(`test.${name}`);

  it('comes and goes while the plugin runs on, and is let go of before its provider ends', async () => {
    await start({ a: GREETING, b: PROVIDER });
    expect(fixture.said).to.deep.equal(['hello']);
    await fixture.run('plugins.disable', { plugin: 'test.b' });
    expect(fixture.said).to.deep.equal(['hello', 'goodbye', 'end of the provider']);
    expect(status('a')).to.include({ state: 'active' });
    await fixture.run('plugins.enable', { plugin: 'test.b' });
    expect(fixture.said.slice(3)).to.deep.equal(['hello']);
    expect(status('a')?.problems).to.deep.equal([]);
  });

  it('is handed over at once where it is there, and let go of with the plugin', async () => {
    await start({ b: GREETING, a: PROVIDER });
    await fixture.run('plugins.disable', { plugin: 'test.b' });
    expect(fixture.said).to.deep.equal(['hello', 'end of the user', 'goodbye']);
    await fixture.run('plugins.disable', { plugin: 'test.a' });
    await fixture.run('plugins.enable', { plugin: 'test.a' });
    expect(fixture.said.slice(3)).to.deep.equal(['end of the provider']);
  });

  it('may be missing: the plugin is active without it', async () => {
    await start({ a: GREETING });
    expect(status('a')).to.include({ state: 'active' });
    expect(fixture.said).to.deep.equal([]);
  });

  it('may be used in both directions: nobody has to be first', async () => {
    const other = { manifest: { provides: [{ service: 'Other', version: '1.0.0' }], uses: ['UsedGreeter'] } };
    Reflect.set(globalThis, 'postroomOtherService', createServiceId('Other'));
    await start({
      a: { ...other, activate: `context.provide(globalThis.postroomOtherService, {});${GREETING.activate ?? ''}` },
      b: { ...PROVIDER, manifest: { ...PROVIDER.manifest, requires: ['Other'] } },
    });
    expect(fixture.said).to.deep.equal(['hello']);
  });

  it('is taken at the moment of need as well, and who would provide it is said where nobody does', async () => {
    const asking = user(`context.commands.register('a.greet', () => context.get(${ID}).greet());`, {
      uses: ['UsedGreeter'],
      contributes: { commands: [{ command: 'a.greet', title: 'Greet' }] },
    });
    await start({ a: asking, b: PROVIDER });
    expect(await fixture.run('a.greet')).to.equal('hello');
    await fixture.run('plugins.disable', { plugin: 'test.b' });
    const problem: unknown = await fixture.run('a.greet').catch((error: unknown) => error);
    expect(problem).to.include({
      code: 'plugin/no-provider',
      message:
        'The service UsedGreeter is not there: test.b, which provides it, is disabled. To switch it on: postroom plugins enable test.b',
    });
  });

  it('that cannot be used is the problem of who uses it, and of nobody else', async () => {
    await start({
      a: user(`
        context.use(${ID}, () => { throw new Error('no manners'); });
        context.use(${ID}, () => ({ dispose: () => { throw new Error('no goodbye'); } }));`),
      b: PROVIDER,
    });
    expect(status('b')).to.deep.include({ state: 'active', problems: [] });
    expect(status('a')).to.include({ state: 'active' });
    expect(status('a')?.problems.join()).to.equal('Using the service UsedGreeter failed: no manners');
    await fixture.run('plugins.disable', { plugin: 'test.b' });
    expect(status('b')).to.deep.include({ state: 'disabled', problems: [] });
    expect(status('a')?.problems.join()).to.equal('Using the service UsedGreeter failed: no goodbye');
  });

  it('has to be declared', async () => {
    await start({ a: { ...GREETING, manifest: { requires: ['Clock'] } }, b: PROVIDER });
    expect(status('a')?.problems.join()).to.equal('test.a uses the service UsedGreeter, which "uses" in its manifest does not name.');
  });

  it('is listed with who uses it', async () => {
    await start({ a: GREETING, b: PROVIDER });
    const order = (await fixture.run('plugins.order', { services: true })) as readonly { readonly plugin: string }[];
    expect(order.find(({ plugin }) => plugin === 'test.a')).to.include({ requires: '', uses: 'test.b: UsedGreeter' });
  });
});
