import '#core/base/injection.js';
import { createSortPlan } from '@postroom/sdk/mail';
import { Events, Licence, type PluginStatus } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { service } from '#core/base/bindings.js';
import { HookCall } from '#core/hooking/hookCall.js';
import { HostHooks } from '#core/hooks/hooks.js';
import { PluginFailures } from '#core/plugins/failures/pluginFailures.js';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { type FixturePlugin, FixtureServer, listening } from './fixturePlugins.js';

const ACCOUNT = { id: 'company', kind: 'regular', via: 'pop3', address: 'mail@company.example', domains: [], users: [] };
const MINUTE = 60_000;
const later = 'await new Promise((resolve) => setImmediate(resolve));';

function disposing(...names: readonly string[]): string {
  return names.map((name) => `context.subscriptions.push({ dispose: async () => { ${later} say('dispose ${name}'); } });`).join('\n');
}

describe('the plugin host', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FixtureServer;
  afterEach(() => fixture.stop());

  const start = async (plugins: Readonly<Record<string, FixturePlugin>>, settings?: object): Promise<void> => {
    fixture = await FixtureServer.start(plugins, settings);
  };
  const host = (): PluginHost => service(fixture.server.container, PluginHost);
  const status = (name: string): PluginStatus | undefined => host().plugins.find(({ id }) => id === `test.${name}`);
  const sort = async (): Promise<HookCall> => {
    const call = new HookCall();
    await service(fixture.server.container, HostHooks).onSort.promise(createSortPlan(ACCOUNT, []), {} as never, call);
    return call;
  };

  it('opens no door before every plugin is active, and closes all before any deactivates', async () => {
    const plugin = (name: string): FixturePlugin => ({
      activate: `${later} say('active ${name}'); ${listening(name)}`,
      deactivate: `say('end ${name}');`,
    });
    await start({ a: plugin('a'), b: plugin('b') });
    expect(fixture.said).to.deep.equal(['active a', 'active b', 'open a', 'open b']);
    await fixture.close();
    expect(fixture.said.slice(4, 6).toSorted()).to.deep.equal(['close a', 'close b']);
    expect(fixture.said.slice(6), 'last in, first out').to.deep.equal(['end b', 'end a']);
  });

  it('activates dependencies first and ends them last', async () => {
    const plugin = (name: string, needs: readonly string[]): FixturePlugin => ({
      manifest: { pluginDependencies: needs },
      activate: `say('active ${name}');`,
      deactivate: `say('end ${name}');`,
    });
    await start({ a: plugin('a', ['test.z']), z: plugin('z', []) });
    await fixture.close();
    expect(fixture.said).to.deep.equal(['active z', 'active a', 'end a', 'end z']);
  });

  it('disposes what a plugin owns last-in-first-out, each awaited, even where one fails', async () => {
    const fails = `context.subscriptions.push({ dispose: () => { say('fails'); throw new Error('stuck'); } });`;
    await start({ a: { activate: `${disposing('one', 'two')} ${fails} ${disposing('three')}`, deactivate: `say('deactivate');` } });
    await fixture.run('plugins.disable', { plugin: 'test.a' });
    expect(fixture.said).to.deep.equal(['deactivate', 'dispose three', 'fails', 'dispose two', 'dispose one']);
    expect(status('a')).to.include({ state: 'disabled' });
    expect(status('a')?.problems).to.deep.equal(['stuck']);
  });

  it('keeps a plugin that throws in activate out, says why, and starts the others', async () => {
    const taps = [{ hook: 'onSort', name: 'tap', stage: 'route' }] as const;
    await start({
      bad: {
        manifest: { contributes: { taps } },
        activate: `context.hooks.onSort.tap('tap', () => undefined); ${disposing('mine')} ${listening('bad')} throw new Error('no luck');`,
      },
      needy: { manifest: { pluginDependencies: ['test.bad'] } },
      good: { activate: `say('active good');` },
    });
    expect(status('bad')).to.include({ state: 'failed' });
    expect(status('bad')?.problems).to.deep.equal(['activate() failed: no luck']);
    expect(status('needy')?.problems).to.deep.equal(['It needs test.bad, which is not active.']);
    expect(status('good')).to.include({ state: 'active' });
    expect(fixture.said).to.have.members(['active good', 'dispose mine']);
    expect((await sort()).steps, 'its taps are gone').to.deep.equal([]);
  });

  it('refuses a tap that is not declared, and a declared one without a handler', async () => {
    const taps = [{ hook: 'onSort', name: 'tap', stage: 'route' }] as const;
    await start({
      sly: {
        manifest: { contributes: { taps } },
        activate: `context.hooks.onSort.tap('tap', () => undefined); context.hooks.onFetch.tap('tap', () => undefined);`,
      },
      lazy: { manifest: { contributes: { taps } } },
      empty: { activate: '', manifest: { main: './gone.js' } },
    });
    expect(status('sly')?.problems[0]).to.equal('test.sly taps onFetch as "tap", which its manifest does not declare.');
    expect(status('lazy')?.problems[0]).to.equal('test.lazy declares tap but activate() supplied no handler.');
    expect(status('empty')?.problems[0]).to.match(/^activate\(\) failed: Cannot find module/);
  });

  it('enables and disables while mail is sorted: each call sees one build, and leaving waits for calls inside', async () => {
    const taps = [{ hook: 'onSort', name: 'tap', stage: 'route', timeoutMs: 10_000 }] as const;
    await start({
      slow: {
        manifest: { contributes: { taps } },
        activate: `context.hooks.onSort.tap('tap', async () => { say('in'); await new Promise((go) => { globalThis.postroomFixtureGo = go; }); say('out'); });`,
        deactivate: `say('deactivate');`,
      },
      other: { manifest: { contributes: { taps } }, activate: `context.hooks.onSort.tap('tap', () => undefined);` },
    });
    const running = sort();
    while (fixture.said.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const left = new Promise<void>((resolve) => {
      const listening = service(fixture.server.container, Events).on((event) => {
        if (event.type === 'plugin' && event.state === 'deactivating') {
          void listening.dispose();
          resolve();
        }
      });
    });
    const disabling = fixture.run('plugins.disable', { plugin: 'test.slow' });
    await left;
    while (service(fixture.server.container, HostHooks).onSort.order.taps.length > 1) await new Promise((resolve) => setImmediate(resolve));
    expect(
      (await sort()).steps.map(({ tap }) => tap),
      'new calls go without it',
    ).to.deep.equal(['test.other/tap']);
    expect(fixture.said, 'the plugin is still alive for the call inside').to.deep.equal(['in']);
    (Reflect.get(globalThis, 'postroomFixtureGo') as () => void)();
    expect((await running).steps.map(({ tap }) => tap)).to.deep.equal(['test.other/tap', 'test.slow/tap']);
    await disabling;
    expect(fixture.said).to.deep.equal(['in', 'out', 'deactivate']);
    await fixture.run('plugins.enable', { plugin: 'test.slow' });
    expect(status('slow')).to.include({ state: 'active' });
  });

  it('takes no tap from a plugin that is leaving: a message would pass by it as soon as it is gone', async () => {
    const taps = [
      { hook: 'onSort', name: 'slow', stage: 'route', timeoutMs: 10_000 },
      { hook: 'onDeliver', name: 'late', stage: 'observe' },
    ] as const;
    await start({
      leaver: {
        manifest: { contributes: { taps } },
        activate: `
          const late = () => context.hooks.onDeliver.tap('late', () => undefined);
          late();
          context.hooks.onSort.tap('slow', async () => { say('in'); await new Promise((go) => { globalThis.postroomFixtureGo = go; }); late(); });`,
      },
    });
    const { onSort, onDeliver } = service(fixture.server.container, HostHooks);
    const running = sort();
    while (fixture.said.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const disabling = fixture.run('plugins.disable', { plugin: 'test.leaver' });
    while (onSort.has('test.leaver', 'slow')) await new Promise((resolve) => setImmediate(resolve));
    (Reflect.get(globalThis, 'postroomFixtureGo') as () => void)();
    await Promise.all([running, disabling]);
    expect(onDeliver.has('test.leaver', 'late')).to.equal(false);
  });

  it('switches a plugin off after three failures in five minutes, not after three in six, and tries again when told', async () => {
    await start({ a: { activate: `say('active');`, deactivate: `say('end');` } });
    const fail = async (): Promise<string | undefined> => {
      service(fixture.server.container, PluginFailures).reportFailure('test.a', 'It broke.', { kind: 'end', messages: [] });
      await host().settled();
      return status('a')?.state;
    };
    expect([await fail(), await fail()]).to.deep.equal(['active', 'active']);
    await fixture.clock.advance(5 * MINUTE);
    expect([await fail(), await fail()]).to.deep.equal(['active', 'active']);
    expect(await fail()).to.equal('failed');
    expect(status('a')?.problems[0]).to.match(/failed three times in five minutes.*It broke\..*postroom plugins enable test\.a/);
    expect(fixture.said).to.deep.equal(['active', 'end']);
    expect(await fixture.run('plugins.enable', { plugin: 'test.a' })).to.include({ state: 'active' });
    expect(fixture.said).to.deep.equal(['active', 'end', 'active']);
  });

  it('takes dependants down with a plugin that is switched off', async () => {
    await start({ base: {}, needy: { manifest: { pluginDependencies: ['test.base'] }, deactivate: `say('end needy');` } });
    await fixture.run('plugins.disable', { plugin: 'test.base' });
    expect(fixture.said).to.deep.equal(['end needy']);
    expect(status('needy')?.problems.join(' ')).to.include('test.base');
    await fixture.run('plugins.enable', { plugin: 'test.base' });
    expect(status('needy')).to.include({ state: 'active' });
  });

  it('names the essential plugins that are missing', async () => {
    await start({ vital: { manifest: { capabilities: { essential: true } } }, extra: {} });
    const blocking = (): readonly string[] => host().blocking.map(({ id }) => id);
    expect(blocking()).to.deep.equal([]);
    await fixture.run('plugins.disable', { plugin: 'test.vital' });
    await fixture.run('plugins.disable', { plugin: 'test.extra' });
    expect(blocking()).to.deep.equal(['test.vital']);
  });

  it('enables a plugin that the settings switch off by name and nothing brings along', async () => {
    await start({ extra: {} }, { 'plugins.enabled': ['test.edition'], 'plugins.disabled': ['test.extra'] });
    expect(status('extra')).to.include({ state: 'disabled' });
    expect(await fixture.run('plugins.enable', { plugin: 'test.extra' })).to.include({ state: 'active' });
  });

  it('stops the service where the edition is switched off, and starts it when it is back', async () => {
    await start({ mail: { activate: listening('mail') } });
    const licence = service(fixture.server.container, Licence);
    expect(licence.verdict).to.include({ granted: true, edition: 'Test' });
    await fixture.run('plugins.disable', { plugin: 'test.edition' });
    expect(licence.verdict).to.include({ granted: false, reason: 'No edition is enabled.' });
    await fixture.run('plugins.enable', { plugin: 'test.edition' });
    expect(licence.verdict).to.include({ granted: true });
    await fixture.close();
    expect(fixture.said).to.deep.equal(['open mail', 'close mail', 'open mail', 'close mail']);
  });
});
