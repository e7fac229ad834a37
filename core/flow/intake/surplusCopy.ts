// A surplus copy: every mailbox has had it already, the ISP wrote no recipient, and it stored more copies than the header names recipients of ours. It may be
// a Bcc, so it is not dropped as a duplicate but goes to ADMIN1, once a message. Pure.
import { ADMIN1, foldCase, isSameMailbox, type SortPlan, type TrailEntry } from '@postroom/sdk';
import { planFrom, SURPLUS_TAP, stateOf, tellsRecipient } from '@postroom/sdk/mail';
import type { Decision } from '@postroom/sdk/services';

/** A tag of a plan: all readers of the list that a copy came by get it, so a further copy cannot be meant for somebody else. */
const LIST_READERS = 'list-readers';
/** Recipients that are told apart; the edition with the most users has as many. */
const MOST_RECIPIENTS = 64;

/** What becomes of a copy that turns out to be one too many. */
export interface Surplus {
  /** So many copies are accounted for: one for each recipient. The next one is the surplus copy. */
  readonly recipients: number;
  readonly decision: Decision;
}

/**
 * `undefined` where the recipient is known, or where everybody has the copy anyway. `accounted for`: it is a list's, beside those that were sent to whom the
 * header names.
 */
export function surplusOf({ plan, trail, mailboxes }: Decision): Surplus | 'accounted for' | undefined {
  if (plan.disposition !== 'deliver' || tellsRecipient(plan)) return undefined;
  if (mailboxes.every((mailbox) => isSameMailbox(mailbox, ADMIN1))) return undefined;
  if (plan.account.users.every((user) => mailboxes.some((mailbox) => isSameMailbox(mailbox, user.mailbox)))) return undefined;
  if (plan.tags.includes(LIST_READERS)) return 'accounted for';
  const reason =
    "surplus copy, perhaps somebody's Bcc: everybody whom the header names had this mail already, and the ISP wrote nowhere whom this copy was for";
  const entry: TrailEntry = { tap: SURPLUS_TAP, change: `+${ADMIN1.user}`, reason, milliseconds: 0 };
  return {
    recipients: recipientsOf(plan),
    decision: { plan: planFrom({ ...stateOf(plan), mailboxes: [ADMIN1], rung: 'L7' }), trail: [...trail, entry], mailboxes: [ADMIN1] },
  };
}

/** SMTP names each address once, whatever names stand before it; a list's mail, each of its readers. */
function recipientsOf(plan: SortPlan): number {
  const addresses = new Set(plan.addressed.map(({ address }) => `${foldCase(address.local)}@${address.domain}`));
  const readers = plan.rung === 'L6' ? plan.mailboxes.length : 1;
  return Math.min(Math.max(addresses.size, readers), MOST_RECIPIENTS);
}
