import { expect } from 'chai';
import { type BlockedView, newsIn } from '#core/flow/held/blockedRecord.js';

const view = (blocking: readonly string[], more: Partial<BlockedView> = {}): BlockedView => ({
  server: 'a',
  others: new Set(['b']),
  blocking,
  waiting: new Set(blocking),
  ...more,
});
const NO_NEWS = { fresh: [], joined: [], left: [], over: [] };

describe('what ADMIN1 has been told of plugins that mail waits for', () => {
  for (const [what, told, seen, expected] of [
    ['is news where one stops', {}, view(['x']), { next: { x: ['a'] }, fresh: ['x'] }],
    ['is no news where it goes on', { x: ['a'] }, view(['x']), { next: { x: ['a'] } }],
    ['is known where another server lacks it already', { x: ['b'] }, view(['x']), { next: { x: ['a', 'b'] }, joined: ['x'] }],
    ['is over here, and not there', { x: ['a', 'b'] }, view([]), { next: { x: ['b'] }, left: ['x'] }],
    ['is over where the last server has it again', { x: ['a'] }, view([]), { next: {}, over: ['x'] }],
    ['stays what another server lacks', { x: ['b'] }, view([]), { next: { x: ['b'] } }],
    ['is over where the server is gone that lacked it', { x: ['b'] }, view([], { others: new Set() }), { next: {}, over: ['x'] }],
    ['is not over while the plugin is being tried again', { x: ['a'] }, view([], { waiting: new Set(['x']) }), { next: { x: ['a'] } }],
    ['is no news of a plugin that is only being started', {}, view([], { waiting: new Set(['x']) }), { next: {} }],
    ['keeps each apart', { x: ['a'] }, view(['y']), { next: { y: ['a'] }, fresh: ['y'], over: ['x'] }],
  ] as const) {
    it(what, () => expect(newsIn(told, seen)).to.deep.equal({ ...NO_NEWS, ...expected }));
  }
});
