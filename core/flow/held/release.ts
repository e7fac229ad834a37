// What the administrator decides about mail that was set aside, in the words of a decision. Pure.
import { type AccountView, type MailboxRef, type MessageId, mailboxName, PostroomError } from '@postroom/sdk';
import { createSortPlan } from '@postroom/sdk/mail';
import type { Decision } from '@postroom/sdk/services';
import { addressesOf, type RecipientShare } from '../intake/shareRecipients.js';
import type { DecidedShare } from '../intake/submittedParts.js';

/** To the mailboxes that were named. */
export function releasedTo(mailboxes: readonly MailboxRef[], account: AccountView): Decision {
  const reason = 'released by the administrator';
  const change = mailboxes.map((mailbox) => `+${mailboxName(mailbox)}`).join(', ');
  return {
    plan: mailboxes.reduce((plan, mailbox) => plan.to(mailbox, reason), createSortPlan(account)),
    trail: [{ tap: 'core/release', change, reason, milliseconds: 0 }],
    mailboxes,
  };
}

/** A submitted message to the mailboxes that were named. Recipients outside get it in any case: their sender was told so. */
export function sharesReleasedTo(named: Decision, shares: readonly RecipientShare[]): readonly DecidedShare[] {
  const outside = shares.map((share) => ({
    share,
    decision: { plan: createSortPlan(share.account, addressesOf(share.outside)), trail: [], mailboxes: [] },
  }));
  return [...outside, { share: { account: named.plan.account, local: [], outside: [] }, decision: named }];
}

export function noLongerAside(id: MessageId): PostroomError {
  return new PostroomError('mail/not-found', `No message ${id} is set aside. "postroom held list" shows those that are.`);
}

export function stillAside(id: MessageId, { plan }: Decision): PostroomError {
  return new PostroomError(
    'mail/not-found',
    `Today's rules still set message ${id} aside: ${plan.disposition}. Name the mailboxes to release it anyway.`,
  );
}
