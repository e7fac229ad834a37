// The From of mail that a user sends. To the outside: the shared address with the user's name in front, whatever the mail client says. Without
// the name no answer could be sorted, and with another address the ISP's SPF and DMARC would not vouch for it. In the office: what the client
// says, as long as it is the author's own.
import {
  type AccountView,
  type Address,
  type Authorship,
  claimedAuthor,
  isOwnAddress,
  isRedirected,
  isSharedAddress,
  type MailView,
  recipientName,
  refuseSubmission,
  type SortPlan,
  type Whose,
  withAuthor,
  withoutFalseSenders,
  withSender,
} from '@postroom/sdk';
import { isLocal } from './ownNames.js';
import { encodePhrase } from './phrase.js';

/** What to do with a From that is none of the account's addresses. */
export type ForeignFrom = 'rewrite' | 'refuse' | 'keep';

export interface RegularAuthor extends Pick<Authorship, 'whose'> {
  /** What stands in front; it must be one that finds the user again. */
  readonly name: string;
}

/** For mail that a user of `account` has submitted. */
export function rewriteFrom(plan: SortPlan, mail: MailView, account: AccountView, author: RegularAuthor, foreign: ForeignFrom): SortPlan {
  if (mail.origin !== 'submitted' || account.kind !== 'regular') return plan;
  const authorship: Authorship = { whose: author.whose, mailbox: `${encodePhrase(author.name)} <${account.address}>` };
  const honest = withoutFalseSenders(plan, mail, authorship);
  return plan.outside.length > 0
    ? toOutside(honest, mail, account, authorship, author.name, foreign)
    : toColleagues(honest, mail, account, authorship, foreign);
}

function toOutside(
  plan: SortPlan,
  mail: MailView,
  account: AccountView,
  authorship: Authorship,
  name: string,
  foreign: ForeignFrom,
): SortPlan {
  const [author] = mail.addresses('From');
  // To the letter: an answer can be sorted by this name alone.
  const whose = (address: Address): Whose => (isSharedAddress(account, address) && address.name === name ? 'author' : 'other');
  if (claimedAuthor(mail, { whose }) === 'author') return plan;
  if (foreign !== 'rewrite' && author !== undefined && isForeign(account, author)) {
    return foreign === 'keep'
      ? withSender(plan, mail, authorship, 'From is not the address of who sent it')
      : refuseSubmission(plan, foreignReason(account, author));
  }
  return withAuthor(plan, mail, authorship, `answers are sorted by the name in front of ${account.address}`);
}

function toColleagues(plan: SortPlan, mail: MailView, account: AccountView, authorship: Authorship, foreign: ForeignFrom): SortPlan {
  const claim = claimedAuthor(mail, authorship);
  const [author] = mail.addresses('From');
  if (claim === 'author') return plan;
  if (claim === 'nobody') return withAuthor(plan, mail, authorship, 'From does not name who sent it');
  const reason = `From names somebody else than who sent it${author === undefined ? '' : `: ${author.raw.trim().slice(0, 200)}`}`;
  if (isRedirected(mail, authorship)) return withSender(plan, mail, authorship, reason);
  if (foreign !== 'rewrite' && author !== undefined && isForeign(account, author)) {
    return foreign === 'keep' ? withSender(plan, mail, authorship, reason) : refuseSubmission(plan, foreignReason(account, author));
  }
  return withSender(withAuthor(plan, mail, authorship, reason), mail, authorship, reason);
}

function foreignReason(account: AccountView, author: Address): string {
  return `the sender ${author.local}@${author.domain} is not an address of this account; write as ${account.address}`;
}

/** Another mail address of the user's, and not `andrew@` this server, which cannot be answered from outside. */
function isForeign(account: AccountView, author: Address): boolean {
  return !isOwnAddress(account, author) && !isLocal(author.domain) && recipientName(account, author).name !== '';
}
