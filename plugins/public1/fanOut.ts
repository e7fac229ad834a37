// PUBLIC1: an address of each account that stands for all of its users.
import { ADMIN1, isPublicName, type MailView, recipientName, type SortPlan } from '@postroom/sdk';

const PUBLIC1 = 'PUBLIC1';

/** Takes the addresses that name PUBLIC1, so that no later tap looks for a user of that name. An account without users has no copies. */
export function claimPublic(plan: SortPlan): SortPlan {
  if (plan.account.users.length === 0) return plan;
  return plan.addressed
    .filter((entry) => entry.placed.length === 0 && isPublicName(recipientName(plan.account, entry.address).name))
    .reduce((result, entry) => result.placed(entry, PUBLIC1, `addressed to PUBLIC1 (${entry.evidence})`), plan);
}

/** One copy to every user of the account. PUBLIC1 itself keeps none, and ADMIN1 gets one only where the settings say so. */
export function fanOut(plan: SortPlan, mail: MailView, includeAdmin: boolean): SortPlan {
  const entry = plan.addressed.find((candidate) => candidate.placed.includes(PUBLIC1));
  if (entry === undefined) return plan;
  const mailboxes = [...plan.account.users.map((user) => user.mailbox), ...(includeAdmin ? [ADMIN1] : [])];
  const result = mailboxes.reduce((expanded, mailbox) => expanded.to(mailbox, 'PUBLIC1 is everybody who shares the account', entry), plan);
  return withoutAutoReplies(result, mail);
}

/** Keeps the mail programs of a whole office from answering the sender that their users are on holiday (RFC 3834 section 2). */
function withoutAutoReplies(plan: SortPlan, mail: MailView): SortPlan {
  const reason = 'no automatic answers to mail for everybody';
  const lines: readonly [string, string][] = [
    ['Precedence', 'list'],
    ['X-Auto-Response-Suppress', 'OOF, AutoReply'],
  ];
  return lines
    .filter(([name]) => mail.header(name) === undefined)
    .reduce((result, [name, value]) => result.addHeader(`${name}: ${value}`, reason), plan);
}
