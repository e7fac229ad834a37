// onSort for mail that is looked at or sorted once more: by commands that explain, try settings out, and bring mail to where it should have gone.
import type { AccountView, MailboxRef } from '../accounts.js';
import type { MailOrigin, MailView } from '../mail.js';
import type { SortPlan, TrailEntry } from '../sorting.js';
import { createServiceId } from './createServiceId.js';
import type { StoredMessage } from './store/mailStore.js';

/** What the taps of onSort came to. */
export interface Sorted {
  readonly plan: SortPlan;
  /** Every entry says which build of the hook sorted: a message sees one. */
  readonly trail: readonly TrailEntry[];
}

/** What was decided for one account: the plan, and the mailboxes that take their copy now. */
export interface Decision extends Sorted {
  readonly mailboxes: readonly MailboxRef[];
}

export interface Resorting {
  /** A stored message as taps see it. `rehearsal`: default true, it is only looked at. */
  viewOf(message: StoredMessage, as?: { readonly origin?: MailOrigin; readonly rehearsal?: boolean }): Promise<MailView>;
  /** A message that is not stored here as taps would see it. `octets`: any line ends; its header alone where no more is known. */
  viewOfOctets(octets: Uint8Array): Promise<MailView>;
  /** Runs onSort for one account, with the settings that the caller works under. Never rejects: where a tap fails the plan is on hold. */
  sort(account: AccountView, mail: MailView): Promise<Sorted>;
  /** Asks onDeliver which of the plan's mailboxes take their copy now. Where one does not, the plan is on hold. Never rejects. */
  place(sorted: Sorted, mail: MailView): Promise<Decision>;
  /**
   * One commit for a stored message: gives copies to the decision's mailboxes, takes them from `recall` where they are not picked up yet. Answers who got one,
   * or `undefined`, with nothing changed, where somebody else was faster.
   */
  commit(message: StoredMessage, decision: Decision, recall: readonly MailboxRef[]): Promise<readonly MailboxRef[] | undefined>;
}
export const Resorting = createServiceId<Resorting>('Resorting');
