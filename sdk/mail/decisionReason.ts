// Why a message does not go on, in the words of what decided it. Pure.
import type { SortPlan, TrailEntry } from '../sorting.js';
import { stateOf } from './sortPlan.js';

/** What the last tap said that decided so: later taps may have said other things. Where no tap did, the last word. */
export function decisionReason({ plan, trail }: { readonly plan: SortPlan; readonly trail: readonly TrailEntry[] }): string {
  const decisive = trail.filter(({ change }) => change.split(', ').includes(plan.disposition)).at(-1);
  return decisive?.reason ?? stateOf(plan).notes.at(-1) ?? '';
}
