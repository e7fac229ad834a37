import type { TapDeclaration } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { type OrderableTap, orderTaps, tapName } from '#core/hooking/order.js';

const tap = (plugin: string, name: string, declaration: Partial<TapDeclaration> = {}): OrderableTap => ({
  plugin,
  declaration: { hook: 'onSort', name, stage: 'route', ...declaration },
});
const names = (...taps: readonly OrderableTap[]): readonly string[] => orderTaps('onSort', taps).taps.map((entry) => tapName(entry.tap));

describe('the order of taps', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('follows the stages, whatever the names and the order of arrival', () => {
    const taps = ['finish', 'copy', 'fanout', 'fallback', 'route', 'identify', 'filter'].map((stage, index) =>
      tap('a.x', `${index}`, { stage }),
    );
    expect(names(...taps)).to.deep.equal(['a.x/6', 'a.x/5', 'a.x/4', 'a.x/3', 'a.x/2', 'a.x/1', 'a.x/0']);
  });

  it('puts a tap without a stage in the last stage of its hook', () => {
    const order = orderTaps('onSchedule', [
      { plugin: 'a.x', declaration: { hook: 'onSchedule', name: 'late' } },
      { plugin: 'b.x', declaration: { hook: 'onSchedule', name: 'early', stage: 'plan' } },
    ]);
    expect(order.taps.map(({ stage }) => stage)).to.deep.equal(['plan', 'limit']);
  });

  it('is by name inside a stage, and the same for every order of arrival', () => {
    const [a, b, c] = [tap('a.x', 'one'), tap('b.x', 'one'), tap('b.x', 'two')];
    for (const taps of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
    ])
      expect(names(...taps)).to.deep.equal(['a.x/one', 'b.x/one', 'b.x/two']);
  });

  it('obeys before and after, by tap and by plugin', () => {
    expect(names(tap('a.x', 'one'), tap('z.x', 'last', { before: ['a.x/one'] }))).to.deep.equal(['z.x/last', 'a.x/one']);
    expect(names(tap('a.x', 'one', { after: ['z.x'] }), tap('z.x', 'p'), tap('z.x', 'q'))).to.deep.equal(['z.x/p', 'z.x/q', 'a.x/one']);
    const chain = [tap('a.x', 'a', { after: ['b.x/b'] }), tap('b.x', 'b', { after: ['c.x/c'] }), tap('c.x', 'c'), tap('d.x', 'd')];
    expect(names(...chain)).to.deep.equal(['c.x/c', 'b.x/b', 'a.x/a', 'd.x/d']);
  });

  it('warns of a name that is not there, and places the tap all the same', () => {
    const order = orderTaps('onSort', [tap('a.x', 'one', { before: ['gone.x/tap'] }), tap('b.x', 'two')]);
    expect(order.taps).to.have.length(2);
    expect(
      order.taps.map((entry) => tapName(entry.tap)),
      'an unknown name does not put it first',
    ).to.deep.equal(['a.x/one', 'b.x/two']);
    expect(order.warnings).to.deep.equal(['a.x/one wants to be before gone.x/tap, which is not there; the wish has no effect.']);
  });

  it('warns where a wish contradicts the stages, and lets the stage decide', () => {
    const order = orderTaps('onSort', [
      tap('a.x', 'late', { stage: 'copy', before: ['b.x/early'] }),
      tap('b.x', 'early', { stage: 'filter' }),
    ]);
    expect(order.taps.map((entry) => tapName(entry.tap))).to.deep.equal(['b.x/early', 'a.x/late']);
    expect(order.warnings[0]).to.include('stage copy comes after stage filter; the stage decides');
    expect(
      orderTaps('onSort', [tap('a.x', 'late', { stage: 'copy', after: ['b.x/early'] }), tap('b.x', 'early', { stage: 'filter' })]).warnings,
    ).to.deep.equal([]);
  });

  it('reports a circle with its path, and keeps the taps outside it', () => {
    const order = orderTaps('onSort', [
      tap('a.x', 'a', { before: ['b.x/b'] }),
      tap('b.x', 'b', { before: ['c.x/c'] }),
      tap('c.x', 'c', { before: ['a.x/a'] }),
      tap('d.x', 'free', { stage: 'filter' }),
    ]);
    const cycle = order.cycle ?? [];
    expect(cycle).to.have.length(4);
    expect(cycle[0]).to.equal(cycle[3]);
    const steps = cycle.slice(0, 3).map((name, index) => `${name} < ${cycle[index + 1] ?? ''}`);
    expect(steps).to.have.members(['a.x/a < b.x/b', 'b.x/b < c.x/c', 'c.x/c < a.x/a']);
    expect(order.taps.map((entry) => tapName(entry.tap))).to.deep.equal(['d.x/free']);
  });

  it('gives a reason for every place', () => {
    const order = orderTaps('onSort', [
      tap('a.x', 'alone', { stage: 'filter' }),
      tap('b.x', 'named'),
      tap('c.x', 'wishing', { after: ['b.x/named'] }),
    ]);
    expect(order.taps.map(({ reason }) => reason)).to.deep.equal(['stage filter', 'stage route, by name', 'stage route, after b.x/named']);
  });
});
