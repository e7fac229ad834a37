// A stored message that is sorted again: what it becomes, and who loses a copy by that.
import type { ResortChange, StoredMessage } from '../services/store/mailStore.js';

/** `undefined` where it is no longer what it was when this was decided: somebody else was faster, a release, say, while a round sorted it again. */
export function resortedMessage(before: StoredMessage, change: ResortChange): StoredMessage | undefined {
  if (before.disposition !== change.from) return undefined;
  const { disposition, reason, rung, trail, concealed } = change;
  // What a client said is kept as long as the message waits.
  const submission = disposition === 'deliver' ? undefined : before.submission;
  return { ...before, disposition, reason, rung, trail, concealed, submission };
}

interface HeldCopy {
  /** Milliseconds since 1970. */
  readonly picked_up_at: number | null;
}

/**
 * `copies`: those that are there, and those that were picked up before they were removed. What a user picked up stays with the user: who deleted it after reading
 * has had it, and gets no other.
 */
export function recalledCopies<C extends HeldCopy>(
  copies: readonly C[],
  isNamed: (copy: C) => boolean,
): { readonly recalled: readonly C[]; readonly kept: readonly C[] } {
  const recalled = copies.filter((copy) => copy.picked_up_at === null && isNamed(copy));
  return { recalled, kept: copies.filter((copy) => !recalled.includes(copy)) };
}
