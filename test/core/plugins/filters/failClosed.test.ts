import '#core/base/injection.js';
import type { PluginManifest, TapDeclaration } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { CoreState } from '#core/base/coreState.js';
import { blockingPlugins, failsClosed, type PluginCondition } from '#core/plugins/filters/failClosed.js';
import { KnownFilters, type RunningPlugin } from '#core/plugins/filters/knownFilters.js';
import type { InstalledPlugin } from '#core/plugins/manifests/discovery.js';
import { planEnablement } from '#core/plugins/start/enablement.js';
import { failureOf } from '../../../kit/failureOf.js';
import { MemoryStorages } from '../../../kit/memoryStorages.js';

const SCAN: TapDeclaration = { hook: 'onSort', name: 'scan', stage: 'filter' };

function manifest(name: string, more: Partial<PluginManifest> = {}): PluginManifest {
  return {
    name,
    publisher: 'a',
    version: '1.0.0',
    type: 'module',
    displayName: name.toUpperCase(),
    description: name,
    engines: { postroom: '*' },
    ...more,
  };
}

function plugin(name: string, more: Partial<PluginManifest> | 'unreadable' = {}): InstalledPlugin {
  const isReadable = more !== 'unreadable';
  return {
    id: `a.${name}`,
    folder: `/${name}`,
    manifest: isReadable ? manifest(name, more) : undefined,
    bundled: false,
    trusted: false,
    problems: isReadable ? [] : ['It cannot be read.'],
  };
}

const tapping = (...taps: readonly TapDeclaration[]): Partial<PluginManifest> => ({ contributes: { taps } });

describe('a plugin fails closed', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  for (const [what, taps, expected] of [
    ['where a tap of onSort says nothing of errors', [SCAN], true],
    ['where a tap of onSort holds on error', [{ ...SCAN, onError: 'hold' }], true],
    ['where a tap of onDeliver looks on', [{ hook: 'onDeliver', name: 'archive', stage: 'observe' }], true],
    ['where one of two holds', [{ ...SCAN, onError: 'skip' }, SCAN], true],
    ['not where its taps say skip', [{ ...SCAN, onError: 'skip' }], false],
    ['not where it only plans rounds', [{ hook: 'onSchedule', name: 'quiet', stage: 'limit' }], false],
    ['not without taps', [], false],
  ] as const) {
    it(what, () => expect(failsClosed(manifest('x', tapping(...taps)))).to.equal(expected));
  }

  it('where it is essential, and where nobody can read what it is', () => {
    expect(failsClosed(manifest('x', { capabilities: { essential: true } }))).to.equal(true);
    expect(failsClosed(undefined)).to.equal(true);
  });
});

describe('mail waits', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  const blocked = (
    plugins: readonly PluginCondition[],
    enabled: readonly string[],
    { disabled = [] as readonly string[], known = [] as readonly string[] } = {},
  ): readonly string[] => {
    const installed = plugins.map((each) => each.installed);
    return blockingPlugins(plugins, planEnablement(installed, enabled, disabled).wanted, new Set(known)).map(({ id }) => id);
  };
  const filter = (state: PluginCondition['state'], more: Partial<PluginManifest> | 'unreadable' = tapping(SCAN)): PluginCondition => ({
    installed: plugin('filter', more),
    state,
    why: '',
    untapped: [],
  });

  it('for a filter in every state but active', () => {
    for (const state of ['activating', 'deactivating', 'failed', 'disabled'] as const)
      expect(blocked([filter(state)], ['a.filter']), state).to.deep.equal(['a.filter']);
    expect(blocked([filter('active')], ['a.filter'])).to.deep.equal([]);
  });

  it('for one that runs and took its tap away', () => {
    expect(blocked([{ ...filter('active'), untapped: ['onSort scan'] }], ['a.filter'])).to.deep.equal(['a.filter']);
  });

  it('not for one that an administrator switched off', () => {
    expect(blocked([filter('disabled')], [])).to.deep.equal([]);
    expect(blocked([filter('disabled')], ['a.filter'], { disabled: ['a.filter'] })).to.deep.equal([]);
  });

  it('for one whose manifest cannot be read, or says no more that it holds', () => {
    expect(blocked([filter('failed', 'unreadable')], ['a.filter'])).to.deep.equal(['a.filter']);
    expect(blocked([filter('failed', {})], ['a.filter'])).to.deep.equal([]);
    expect(blocked([filter('failed', {})], ['a.filter'], { known: ['a.filter'] })).to.deep.equal(['a.filter']);
  });

  it("for a stranger's version that runs and holds mail no more, until that is agreed to", () => {
    for (const version of [{}, tapping({ ...SCAN, onError: 'skip' })]) {
      expect(blocked([filter('active', version)], ['a.filter'], { known: ['a.filter'] })).to.deep.equal(['a.filter']);
      expect(blocked([filter('active', version)], ['a.filter'])).to.deep.equal([]);
    }
    const own = filter('active', {});
    expect(blocked([{ ...own, installed: { ...own.installed, bundled: true } }], ['a.filter'], { known: ['a.filter'] })).to.deep.equal([]);
  });

  it('for one that other servers of the store have, and this one does not or in another version', () => {
    const away = new Map([
      ['a.filter', 'It is damaged.'],
      ['a.soon', undefined],
    ]);
    const told = (plugins: readonly PluginCondition[]): readonly string[] =>
      blockingPlugins(plugins, new Set(['a.filter']), new Set(), away).map(({ id, how, why }) => `${id} ${how}: ${why}`);
    const soon = 'a.soon changing: It is not on this server yet.';
    expect(told([])).to.deep.equal(['a.filter gone: It is damaged.', soon]);
    expect(told([filter('active')])).to.deep.equal(['a.filter behind: It is damaged.', soon]);
    expect(told([filter('failed', {})])).to.deep.equal(['a.filter failed: It is damaged.', soon]);
  });

  it('for one that has run here and is gone', () => {
    expect(blocked([], ['a.filter'])).to.deep.equal([]);
    expect(blocked([], ['a.filter'], { known: ['a.filter'] })).to.deep.equal(['a.filter']);
  });
});

describe('filters that have run here', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let known: KnownFilters;
  beforeEach(async () => {
    known = await restarted({ 'a.filter': 'a.filter', 'a.packed': 'a.pack' });
  });
  const forget = (
    installed: readonly InstalledPlugin[],
    enabled: readonly string[],
    disabled: readonly string[] = [],
  ): readonly string[] => {
    known.forget(planEnablement(installed, enabled, disabled), enabled, disabled);
    return [...known.ids].toSorted();
  };
  const pack = plugin('pack', { pluginPack: ['a.packed'] });

  const running = (id: string): RunningPlugin => ({ id, broughtBy: id, failsClosed: true, bundled: false });

  it('of two servers with different plugins make one list, and neither takes away what the other has added', async () => {
    const storages = new MemoryStorages();
    const [one, other] = await Promise.all([server(storages), server(storages)]);
    const follow = (filters: KnownFilters, installed: readonly string[], enabled: readonly string[]): void =>
      filters.forget(
        planEnablement(
          installed.map((name) => plugin(name)),
          enabled,
          [],
        ),
        enabled,
        [],
      );
    follow(one, ['north'], ['a.north', 'a.both']);
    follow(other, ['south'], ['a.south', 'a.both']);
    one.note([running('a.north'), running('a.both')]);
    other.note([running('a.south'), running('a.both')]);
    await Promise.all([one.write(), other.write()]);
    await Promise.all([one.load(), other.load()]);
    for (const filters of [one, other]) expect([...filters.ids].toSorted()).to.deep.equal(['a.both', 'a.north', 'a.south']);
    // Its settings are older, and do not ask for what the other one runs.
    follow(other, ['south'], ['a.both']);
    await other.write();
    await one.load();
    expect([...one.ids].toSorted(), 'only what was asked for here before is forgotten').to.deep.equal(['a.both', 'a.north']);
  });

  it('that could not be written are written the next time, and what others wrote meanwhile stays', async () => {
    const storages = new MemoryStorages();
    const state = new CoreState(storages);
    let isAway = false;
    const away = new Error('The store is away.');
    const filters = new KnownFilters(
      () =>
        ({
          get: (key: 'fail-closed') => (isAway ? Promise.reject(away) : state.get(key)),
          update: (...call: Parameters<typeof state.update<'fail-closed'>>) => (isAway ? Promise.reject(away) : state.update(...call)),
        }) as never,
    );
    await filters.load();
    isAway = true;
    filters.note([running('a.filter')]);
    expect(await failureOf(filters.write())).to.equal(away);
    await filters.load();
    expect([[...filters.ids], filters.isUnwritten]).to.deep.equal([['a.filter'], true]);
    isAway = false;
    await state.set('fail-closed', { 'a.other': 'a.other' });
    await filters.write();
    expect(await state.get('fail-closed')).to.deep.equal({ 'a.other': 'a.other', 'a.filter': 'a.filter' });
    expect([[...filters.ids].toSorted(), filters.isUnwritten]).to.deep.equal([['a.filter', 'a.other'], false]);
  });

  async function server(storages: MemoryStorages): Promise<KnownFilters> {
    const filters = new KnownFilters(() => new CoreState(storages));
    await filters.load();
    return filters;
  }

  async function restarted(stored: Readonly<Record<string, string>>): Promise<KnownFilters> {
    const filters = new KnownFilters(() => ({ get: async () => stored }) as never);
    await filters.load();
    return filters;
  }

  it('are kept while the settings ask for them, whether or not anybody finds them', () => {
    expect(forget([pack], ['a.filter', 'a.pack'])).to.deep.equal(['a.filter', 'a.packed']);
  });

  it('are forgotten when the settings ask for them no more', () => {
    expect(forget([pack, plugin('filter'), plugin('packed')], ['a.pack'])).to.deep.equal(['a.packed']);
    expect(forget([pack, plugin('filter'), plugin('packed')], ['a.pack'], ['a.packed'])).to.deep.equal([]);
  });

  it('are kept while the pack that brought them cannot be read, unless they are switched off by name', () => {
    expect(forget([], ['a.filter', 'a.pack'])).to.deep.equal(['a.filter', 'a.packed']);
    expect(forget([plugin('pack', 'unreadable')], ['a.filter', 'a.pack'])).to.deep.equal(['a.filter', 'a.packed']);
    expect(forget([], ['a.filter', 'a.pack'], ['a.packed'])).to.deep.equal(['a.filter']);
  });

  it('are forgotten when their pack lists them no more', () => {
    expect(forget([plugin('pack'), plugin('packed'), plugin('filter')], ['a.filter', 'a.pack'])).to.deep.equal(['a.filter']);
  });

  it("are those that run and fail closed; of the product's own a version that does so no more is forgotten, of a stranger's when somebody agrees", () => {
    known.note([
      { id: 'a.new', broughtBy: 'a.new', failsClosed: true, bundled: false },
      { id: 'a.packed', broughtBy: 'a.pack', failsClosed: false, bundled: true },
      { id: 'a.filter', broughtBy: 'a.filter', failsClosed: false, bundled: false },
    ]);
    expect([...known.ids].toSorted()).to.deep.equal(['a.filter', 'a.new']);
    known.remove('a.filter');
    expect([...known.ids]).to.deep.equal(['a.new']);
  });
});
