import type { TapDeclaration } from '@postroom/sdk';
import { expect } from 'chai';
import { orderTaps, tapName } from '#core/hooking/order.js';
import { type ConcurrentTap, groupTaps } from '#core/hooking/together.js';

function tap(plugin: string, more: Partial<TapDeclaration> = {}, concurrent = true): ConcurrentTap {
  return { plugin, declaration: { hook: 'onSort', name: 'scan', stage: 'filter', ...more }, concurrent };
}

function groupsOf(...taps: readonly ConcurrentTap[]): readonly (readonly string[])[] {
  return groupTaps(orderTaps('onSort', taps).taps).map((group) => group.map(tapName));
}

describe('taps that are called together', () => {
  it('are filters of different plugins that do not name each other', () => {
    expect(groupsOf(tap('a'), tap('b'), tap('c'))).to.deep.equal([['a/scan', 'b/scan', 'c/scan']]);
  });

  it('wait for one that they name', () => {
    expect(groupsOf(tap('a', { after: ['c'] }), tap('b'), tap('c'))).to.deep.equal([['b/scan', 'c/scan'], ['a/scan']]);
    expect(groupsOf(tap('a', { before: ['b/scan'] }), tap('b'))).to.deep.equal([['a/scan'], ['b/scan']]);
  });

  it('are never in the host, never two of one plugin, never in other stages', () => {
    expect(groupsOf(tap('a'), tap('b', {}, false), tap('c'))).to.deep.equal([['a/scan'], ['b/scan'], ['c/scan']]);
    expect(groupsOf(tap('a'), tap('a', { name: 'second' }))).to.deep.equal([['a/scan'], ['a/second']]);
    expect(groupsOf(tap('a', { stage: 'route' }), tap('b', { stage: 'route' }))).to.deep.equal([['a/scan'], ['b/scan']]);
  });
});
