// What is known of a copy from its plan and its trail: whether the ISP said whom it was for, and whether it came to ADMIN1 as one copy too many. Pure.
import type { SortPlan, TrailEntry } from '../sorting.js';

/** The name that the trail gives for a surplus copy. */
export const SURPLUS_TAP = 'core/surplus';

/** Whether a stored message came to ADMIN1 as a surplus copy. */
export function isSurplus(trail: readonly TrailEntry[]): boolean {
  return trail.some(({ tap }) => tap === SURPLUS_TAP);
}

/** Whether the ISP said whom a copy was for. */
export function tellsRecipient(plan: SortPlan): boolean {
  return plan.addressed.some(({ rung }) => rung === 'L1' || rung === 'L2');
}
