import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import type { InstalledPlugin } from '#core/plugins/manifests/discovery.js';
import { planEnablement, switchPlugin } from '#core/plugins/start/enablement.js';
import { installedPlugin as plugin } from '../../../kit/installedPlugin.js';

const orderOf = (installed: readonly InstalledPlugin[], enabled: readonly string[], disabled: readonly string[] = []): readonly string[] =>
  planEnablement(installed, enabled, disabled).order.map(({ id }) => id);

describe('which plugins run', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('those that are asked for, dependencies first, then by id', () => {
    const installed = [plugin('z'), plugin('b', { pluginDependencies: ['a.z'] }), plugin('a'), plugin('idle')];
    expect(orderOf(installed, ['a.b', 'a.z', 'a.a'])).to.deep.equal(['a.a', 'a.z', 'a.b']);
  });

  it('with a pack all that it lists, and what those packs list', () => {
    const installed = [plugin('pro', { pluginPack: ['a.mail', 'a.gone'] }), plugin('mail', { pluginPack: ['a.pop3'] }), plugin('pop3')];
    expect(orderOf(installed, ['a.pro'])).to.deep.equal(['a.mail', 'a.pop3', 'a.pro']);
  });

  it('but nothing that is switched off by name, nor what only it would bring along', () => {
    const installed = [plugin('pro', { pluginPack: ['a.mail'] }), plugin('mail', { pluginPack: ['a.pop3'] }), plugin('pop3')];
    expect(orderOf(installed, ['a.pro'], ['a.mail'])).to.deep.equal(['a.pro']);
    expect(planEnablement(installed, ['a.pro'], ['a.mail']).wanted.has('a.mail')).to.equal(false);
  });

  it('none whose dependency is not installed, not enabled, or cannot run: each in its sentence', () => {
    const installed = [
      plugin('one', { pluginDependencies: ['b.gone'] }),
      plugin('two', { pluginDependencies: ['a.off'] }),
      plugin('off'),
      plugin('three', { pluginDependencies: ['a.bad'] }),
      plugin('bad', {}, ['Its manifest is wrong.']),
    ];
    const { order, refused } = planEnablement(installed, ['a.one', 'a.two', 'a.three', 'a.bad'], []);
    expect(order).to.deep.equal([]);
    expect(Object.fromEntries(refused)).to.deep.equal({
      'a.one': ['It needs b.gone, which is not installed.'],
      'a.two': ['It needs a.off, which is not enabled: postroom plugins enable a.off'],
      'a.three': ['It needs a.bad, which cannot be activated.'],
      'a.bad': ['Its manifest is wrong.'],
    });
  });

  it('none in a circle of dependencies, and the sentence shows it', () => {
    const installed = [
      plugin('x', { pluginDependencies: ['a.y'] }),
      plugin('y', { pluginDependencies: ['a.x'] }),
      plugin('self', { pluginDependencies: ['a.self'] }),
      plugin('fine'),
    ];
    const { order, refused } = planEnablement(installed, ['a.x', 'a.y', 'a.self', 'a.fine'], []);
    expect(order.map(({ id }) => id)).to.deep.equal(['a.fine']);
    expect([...refused.keys()].toSorted()).to.deep.equal(['a.self', 'a.x', 'a.y']);
    expect(refused.get('a.x')?.join(' ')).to.include('It depends on itself: a.x needs a.y needs a.x.');
    expect(refused.get('a.self')?.join(' ')).to.include('a.self needs a.self');
  });

  it('and says which of the asked for are not installed', () => {
    expect(planEnablement([plugin('a')], ['a.a', 'b.nobody'], []).unknown).to.deep.equal(['b.nobody']);
  });
});

describe('a plugin that is switched', () => {
  const installed = [
    plugin('lite', { pluginPack: ['a.pop3'] }),
    plugin('pro', { pluginPack: ['a.pop3'] }),
    plugin('pop3'),
    plugin('filter'),
  ];
  const editions = ['a.lite', 'a.pro'];
  const switched = (enabled: readonly string[], disabled: readonly string[], id: string, on: boolean): readonly (readonly string[])[] => {
    const after = switchPlugin(installed, { enabled, disabled }, { plugin: id, on, editions });
    return [after.enabled, after.disabled];
  };

  it('on is listed, unless a pack brings it along', () => {
    expect(switched(['a.lite'], [], 'a.filter', true)).to.deep.equal([['a.lite', 'a.filter'], []]);
    expect(switched(['a.lite'], ['a.pop3'], 'a.pop3', true)).to.deep.equal([['a.lite'], []]);
    expect(switched(['a.lite'], [], 'a.pop3', true)).to.deep.equal([['a.lite'], []]);
  });

  it('off is listed as disabled, where a pack would bring it back', () => {
    expect(switched(['a.lite', 'a.filter'], [], 'a.filter', false)).to.deep.equal([['a.lite'], []]);
    expect(switched(['a.lite'], [], 'a.pop3', false)).to.deep.equal([['a.lite'], ['a.pop3']]);
    expect(switched(['a.lite', 'a.pop3'], [], 'a.pop3', false), 'both').to.deep.equal([['a.lite'], ['a.pop3']]);
  });

  it('on takes the place of the other edition, where it is one', () => {
    expect(switched(['a.lite', 'a.filter'], [], 'a.pro', true)).to.deep.equal([['a.pro', 'a.filter'], []]);
    expect(switched(['a.filter', 'a.lite', 'a.pro'], ['a.pro'], 'a.pro', true)).to.deep.equal([['a.filter', 'a.pro'], []]);
    expect(switched([], [], 'a.pro', true)).to.deep.equal([['a.pro'], []]);
    expect(switched(['a.pro'], [], 'a.pro', true)).to.deep.equal([['a.pro'], []]);
    expect(switched(['a.pro'], [], 'a.pro', false)).to.deep.equal([[], []]);
  });
});
