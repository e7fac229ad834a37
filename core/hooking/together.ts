// Which taps of a waterfall may be called at the same time. Pure.
import { type OrderableTap, type OrderedTap, tapName } from './order.js';

/** A tap that says for itself whether it can be called beside others. */
export interface ConcurrentTap extends OrderableTap {
  /** Waits for another process most of its time, and looks at the message more than at what other taps decided. */
  readonly concurrent?: boolean;
  /** Keeps its time limit by itself: what counts as its time is known elsewhere. */
  readonly keepsTime?: boolean;
}

/** Stages whose taps may look at a message at the same time: no mailbox is named yet, so there is little that they could want to know of each other. */
const STAGES_TOGETHER: readonly string[] = ['filter'];

/** The taps in their order, those that are called together in one group. A wish to stand before or after another one keeps two apart. */
export function groupTaps<T extends ConcurrentTap>(ordered: readonly OrderedTap<T>[]): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let stage: string | undefined;
  for (const { tap, stage: own } of ordered) {
    const last = groups.at(-1);
    const joins = own === stage && STAGES_TOGETHER.includes(own) && last?.every((other) => areApart(tap, other)) === true;
    if (joins) {
      last?.push(tap);
    } else {
      groups.push([tap]);
    }
    stage = own;
  }
  return groups;
}

/** Neither depends on the other's result. */
function areApart(one: ConcurrentTap, other: ConcurrentTap): boolean {
  const isIndependent = one.concurrent === true && other.concurrent === true && one.plugin !== other.plugin;
  return isIndependent && !names(one, other) && !names(other, one);
}

function names(tap: OrderableTap, other: OrderableTap): boolean {
  const { before = [], after = [] } = tap.declaration;
  return [...before, ...after].some((name) => name === other.plugin || name === tapName(other));
}
