import type { PluginManifest } from '@postroom/sdk';
import { expect } from 'chai';
import type { InstalledPlugin } from '#core/plugins/manifests/discovery.js';
import { dependsOn, planEnablement, switchPlugin } from '#core/plugins/start/enablement.js';
import { installedPlugin as plugin } from '../../../kit/installedPlugin.js';

const HOST = new Map([
  ['Clock', '1.2.0'],
  ['DataFolder', '1.0.0'],
]);

const providing = (service: string, version = '1.0.0'): Pick<PluginManifest, 'provides'> => ({ provides: [{ service, version }] });

function plan(installed: readonly InstalledPlugin[], boot: readonly string[] = [], off: readonly string[] = []) {
  const features = installed.filter(({ manifest }) => manifest?.activation !== 'platform').map(({ id }) => id);
  const { order, refused } = planEnablement(installed, features, [], { boot, off, services: HOST });
  return { order: order.map(({ id }) => id), refused: Object.fromEntries(refused) };
}

describe('services of plugins', () => {
  it('come before those that require them, whatever their names', () => {
    const { order, refused } = plan([
      plugin('a', { requires: ['Store', 'Clock'] }),
      plugin('b', { ...providing('Store'), requires: ['Files'] }),
      plugin('c', providing('Files')),
    ]);
    expect(refused).to.deep.equal({});
    expect(order).to.deep.equal(['a.c', 'a.b', 'a.a']);
  });

  it('come before those that only use them, unless that would be a circle', () => {
    const uses = (service: string): Pick<PluginManifest, 'uses'> => ({ uses: [service] });
    const user = plugin('a', uses('Store'));
    expect(plan([user, plugin('z', providing('Store'))])).to.deep.equal({ order: ['a.z', 'a.a'], refused: {} });
    expect(plan([user]).order).to.deep.equal(['a.a']);
    const both = plugin('b', { ...providing('Store'), ...uses('Other') });
    expect(plan([plugin('a', { ...providing('Other'), ...uses('Store') }), both])).to.deep.equal({ order: ['a.a', 'a.b'], refused: {} });
    const behind = [
      plugin('b', { ...providing('Store'), requires: ['Middle'] }),
      plugin('c', { ...providing('Middle'), requires: ['Own'] }),
    ];
    expect(plan([plugin('a', { ...providing('Own'), ...uses('Store') }), ...behind])).to.deep.equal({
      order: ['a.a', 'a.c', 'a.b'],
      refused: {},
    });
  });

  it('that cannot be started keep nobody who only uses them from it', () => {
    const broken = plugin('z', { ...providing('Store'), requires: ['Nothing'] });
    const { order, refused } = plan([plugin('a', { uses: ['Store'] }), broken]);
    expect(order).to.deep.equal(['a.a']);
    expect(Object.keys(refused)).to.deep.equal(['a.z']);
  });

  it('of the platform come before every other plugin', () => {
    const { order } = plan([plugin('a'), plugin('z', { activation: 'platform' })], ['a.z']);
    expect(order).to.deep.equal(['a.z', 'a.a']);
  });

  it('that nobody provides are named, with who requires them', () => {
    expect(plan([plugin('a', { requires: ['Store'] })]).refused).to.deep.equal({
      'a.a': [
        'It requires the service Store, which no installed plugin provides. Install one that does, or see whether the name is right.',
      ],
    });
  });

  it('of a plugin that is not enabled are named with the way to enable it', () => {
    const installed = [plugin('a', { requires: ['Store'] }), plugin('s', providing('Store'))];
    const { refused } = planEnablement(installed, ['a.a'], [], { boot: [], off: [], services: HOST });
    expect(refused.get('a.a')).to.deep.equal([
      'It requires the service Store, which a.s would provide, if enabled: postroom plugins enable a.s',
    ]);
    const early = [plugin('a', { requires: ['Store'] }), plugin('s', { ...providing('Store'), activation: 'platform' })];
    expect(plan(early, ['a.s'], ['a.s']).refused['a.a']).to.deep.equal([
      'It requires the service Store, which a.s would provide, if enabled: see "enabled" and "disabled" in boot.json.',
    ]);
  });

  it('with two providers are provided by neither, and both say so', () => {
    const { order, refused } = plan([
      plugin('a', providing('Store')),
      plugin('b', providing('Store')),
      plugin('c', { requires: ['Store'] }),
    ]);
    expect(order).to.deep.equal([]);
    expect(refused['a.a']).to.deep.equal([
      'It provides the service Store, and so does a.b; a service has one provider. Disable one of them: postroom plugins disable a.a',
    ]);
    expect(refused['a.b']?.join()).to.match(/so does a\.a/);
    expect(refused['a.c']).to.deep.equal(['It requires Store of a.a, which cannot be activated.']);
  });

  it('of the platform with two providers are settled in boot.json', () => {
    const early = { activation: 'platform', ...providing('Store') } as const;
    const installed = [plugin('a', early), plugin('b', early)];
    expect(plan(installed, ['a.a', 'a.b']).refused['a.a']?.join()).to.match(/"disabled" in boot\.json names those/);
    expect(plan(installed, ['a.a', 'a.b'], ['a.a'])).to.deep.equal({ order: ['a.b'], refused: {} });
  });

  it('that the host itself provides are provided by no plugin', () => {
    expect(plan([plugin('a', providing('Clock'))]).refused['a.a']).to.deep.equal([
      'It provides the service Clock, which Postroom itself provides.',
    ]);
  });

  it('in a version that does not fit are named with both versions', () => {
    const { refused } = plan([
      plugin('a', { requires: ['Store@^2.0.0', 'Clock@^1.1.0'] }),
      plugin('b', { requires: ['Clock@^2.0.0'] }),
      plugin('s', providing('Store', '1.4.0')),
    ]);
    expect(refused).to.deep.equal({
      'a.a': ['It requires the service Store in version ^2.0.0; a.s provides 1.4.0. Install versions that fit each other.'],
      'a.b': ['It requires the service Clock in version ^2.0.0; this server provides 1.2.0. Install versions that fit each other.'],
    });
  });

  it('that go round in a circle are named as a path', () => {
    const { refused } = plan([
      plugin('a', { ...providing('A'), requires: ['B'] }),
      plugin('b', { ...providing('B'), pluginDependencies: ['a.c'] }),
      plugin('c', { requires: ['A'] }),
    ]);
    expect(refused['a.a']?.[0]).to.equal('It depends on itself: a.a requires B of a.b needs a.c requires A of a.a.');
    expect(Object.keys(refused)).to.have.members(['a.a', 'a.b', 'a.c']);
  });

  it('of what starts after the settings are not for what starts before them', () => {
    const { refused } = plan([plugin('a', { activation: 'platform', requires: ['Store'] }), plugin('s', providing('Store'))], ['a.a']);
    expect(refused['a.a']).to.deep.equal(['It starts before the settings are read, and requires Store of a.s, which starts after that.']);
  });

  it('make a plugin depend on their provider', () => {
    const store = plugin('s', providing('Store'));
    expect(dependsOn(plugin('a', { requires: ['Store@^1.0.0'] }), store)).to.equal(true);
    expect(dependsOn(plugin('a', { pluginDependencies: ['a.s'] }), store)).to.equal(true);
    expect(dependsOn(plugin('a', { requires: ['Clock'] }), store)).to.equal(false);
  });
});

describe('the platform', () => {
  const store = plugin('store', { activation: 'platform', ...providing('Store') });
  const backup = plugin('backup');
  const pack = plugin('platform', { activation: 'platform', pluginPack: ['a.store', 'a.backup'] });
  const ground = { boot: ['a.platform'], off: [], services: HOST };

  it('runs whatever the settings enable, and the settings switch off only what starts after them', () => {
    const installed = [store, backup, pack];
    expect(planEnablement(installed, [], [], ground).order.map(({ id }) => id)).to.deep.equal(['a.platform', 'a.store', 'a.backup']);
    const { order } = planEnablement(installed, [], ['a.store', 'a.backup', 'a.platform'], ground);
    expect(order.map(({ id }) => id)).to.deep.equal(['a.platform', 'a.store']);
  });

  it('is switched on and off in boot.json, and a command says so', () => {
    const lists = { enabled: [], disabled: [] };
    const off = (id: string) => switchPlugin([store, backup, pack], lists, { plugin: id, on: false, editions: [] }, ground);
    expect(() => off('a.store')).to.throw('a.store starts before the settings are read. Name it in "disabled" of boot.json');
    expect(off('a.backup')).to.deep.equal({ enabled: [], disabled: ['a.backup'] });
    const boot = { ...ground, off: ['a.backup'] };
    const on = () => switchPlugin([store, backup, pack], lists, { plugin: 'a.backup', on: true, editions: [] }, boot);
    expect(on).to.throw(
      'a.backup is switched off by boot.json in the data folder. Take it out of "disabled" there, and start the server again.',
    );
  });
});
