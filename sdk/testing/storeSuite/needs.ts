// What a place can do beyond opening a store decides which tests run.
import type { Context } from 'mocha';
import type { StorePlace } from './testedStore.js';

type Ability = 'several' | 'pause' | 'endOf' | 'forgetGone' | 'loseAnswer' | 'halves';

/** Leaves the test out, and says why, where the place cannot do what it is about. */
export function needs<A extends Ability>(
  test: Context,
  place: StorePlace,
  ...abilities: readonly A[]
): asserts place is StorePlace & Required<Pick<StorePlace, A>> {
  const missing = abilities.filter((ability) => place[ability] === undefined);
  if (missing.length === 0) return;
  // In a hook the test is another one than what runs.
  const left = test.currentTest ?? test.test;
  if (left !== undefined) left.title += ` (left out: the place has no ${missing.join(', no ')})`;
  test.skip();
}
