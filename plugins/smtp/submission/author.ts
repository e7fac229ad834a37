// The onSort tap `author`: whomever a message says it is from, a reader can see who has sent it (RFC 6409 section 8.1). For those for whom no kind of
// account has a rule: ADMIN1, who may write for every account, devices without a login, users of kinds that other plugins contribute, and users who are
// gone.
import {
  type AccountView,
  ADMIN1,
  type Address,
  claimedAuthor,
  type HeaderField,
  isAdminName,
  isSameMailbox,
  type MailView,
  refuseSubmission,
  type SortPlan,
  splitAddress,
  type Whose,
  withAuthor,
  withoutFalseSenders,
  withSender,
} from '@postroom/sdk';
import type { Accounts } from '@postroom/sdk/services';
import { hiddenAuthor } from './hiddenFields.js';

/** Kinds of account whose plugins have a rule, which knows more than addresses: names, and what belongs to an address. */
const WITH_OWN_RULE: readonly string[] = ['regular', 'domain'];

/** Refuses a submitted message in whose header somebody else may stand, where this server does not see it. */
export async function refuseHidden(plan: SortPlan, mail: MailView): Promise<SortPlan | undefined> {
  const why = await hiddenAuthor(mail);
  return why === undefined ? undefined : refuseSubmission(plan, why);
}

export function nameAuthor(plan: SortPlan, mail: MailView, accounts: Accounts): SortPlan | undefined {
  const account = mail.author?.account === undefined ? undefined : accounts.find(mail.author.account);
  if (mail.origin !== 'submitted' || isNamed(plan, mail)) return undefined;
  if (isGone(mail, accounts)) return nameAccount(plan, mail, account ?? plan.account);
  if (account !== undefined && WITH_OWN_RULE.includes(account.kind)) return undefined;
  const address = addressOf(mail, accounts);
  if (address === undefined) return undefined;
  const isAdmin = mail.author !== undefined && isSameMailbox(mail.author, ADMIN1);
  const authorship = {
    mailbox: isAdmin ? `ADMIN1 <${address}>` : address,
    whose: (each: Address) => whoseAddress(each, mail, accounts),
  };
  const honest = withoutFalseSenders(plan, mail, authorship);
  switch (claimedAuthor(mail, authorship)) {
    case 'author':
      return honest;
    case 'nobody':
      return withAuthor(honest, mail, authorship, 'the message had no From');
    default:
      return withSender(honest, mail, authorship, 'From does not name who sent it');
  }
}

/** Who sent it has been removed, since it was held. */
function isGone({ author }: MailView, accounts: Accounts): boolean {
  return author !== undefined && !isSameMailbox(author, ADMIN1) && accounts.user(author) === undefined;
}

/** No rule knows any more which addresses and names are his. */
function nameAccount(plan: SortPlan, mail: MailView, account: AccountView): SortPlan {
  const authorship = { mailbox: account.address, whose: (): Whose => 'other' };
  const honest = withoutFalseSenders(plan, mail, authorship);
  return withAuthor(honest, mail, authorship, `${mail.author?.user ?? ''}, who sent it, is not a user here any more`);
}

/** A plugin has put the author into From or Sender already. */
function isNamed(plan: SortPlan, mail: MailView): boolean {
  const isShown = (field: HeaderField): boolean => !plan.concealed.includes(field.index);
  const hasLine = plan.addHeaders.some((line) => /^(?:from|sender):/i.test(line));
  return hasLine || (mail.headers('From').length > 0 && !mail.headers('From').some(isShown));
}

/** What can stand in a header for who has sent it: in ASCII, without a display name. */
function addressOf(mail: MailView, accounts: Accounts): string | undefined {
  const all = mail.author === undefined ? [mail.envelope.from ?? ''] : accounts.sendersOf(mail.author);
  return all.find((address) => /^[\w!#$%&'*+/=?^`{|}~.-]+@[!-~]+$/.test(address));
}

/** A device is known by the account that its envelope names; whose name it puts in front of that account's address is unknown. */
function whoseAddress(address: Address, mail: MailView, accounts: Accounts): Whose {
  const text = `${address.local}@${address.domain}`;
  if (address.domain === '') return 'other';
  if (mail.author === undefined) {
    return accounts.ownerOf(text) !== undefined && accounts.ownerOf(text) === accounts.ownerOf(mail.envelope.from ?? '')
      ? 'author'
      : 'other';
  }
  const isOwn = accounts.sendersOf(mail.author).some((own) => sameAddress(own, text));
  if (!isSameMailbox(mail.author, ADMIN1)) return isOwn ? 'author' : 'other';
  return isOwn && (address.name === '' || isAdminName(address.name)) ? 'author' : 'other';
}

function sameAddress(one: string, other: string): boolean {
  const [a, b] = [splitAddress(one.toLowerCase()), splitAddress(other.toLowerCase())];
  return a.local === b.local && a.domain === b.domain;
}
