// The From of mail to the outside: the shared address with the user's name in front, whatever the mail client says. Without the name no
// answer could be sorted, and with another address the ISP's SPF and DMARC would not vouch for it.
import { type AccountView, type Address, isOwnAddress, isSharedAddress, type MailView, recipientName, type SortPlan } from '@postroom/sdk';
import { encodePhrase } from './phrase.js';

/** What to do with a From that is none of the account's addresses. */
export type ForeignFrom = 'rewrite' | 'refuse' | 'keep';

/** `name`: what stands in front; it must be one that finds the user again. */
export function rewriteFrom(plan: SortPlan, mail: MailView, account: AccountView, name: string, foreign: ForeignFrom): SortPlan {
  if (mail.origin !== 'submitted' || plan.outside.length === 0 || account.kind !== 'regular') return plan;
  const authors = mail.addresses('From');
  const [author] = authors;
  if (authors.length === 1 && author !== undefined && isSharedAddress(account, author) && author.name === name) return plan;
  if (foreign !== 'rewrite' && author !== undefined && isForeign(account, author)) {
    if (foreign === 'keep') return plan;
    const reason = `the sender ${author.local}@${author.domain} is not an address of this account; write as ${account.address}`;
    return plan.tag('refused', reason).quarantine(reason);
  }
  const line = `From: ${encodePhrase(name)} <${account.address}>`;
  const reason = `answers are sorted by the name in front of ${account.address}`;
  return mail
    .headers('From')
    .reduce((result, field) => result.conceal(field, reason), plan)
    .addHeader(line, reason);
}

/** Another mail address of the user's, and not `andrew@` this server, which nobody outside can answer. */
function isForeign(account: AccountView, author: Address): boolean {
  return (
    !isOwnAddress(account, author) &&
    author.domain.includes('.') &&
    !/^\[?[\d.]+\]?$/.test(author.domain) &&
    recipientName(account, author).name !== ''
  );
}
