// The From of mail that a user of a domain account sends, to colleagues as to the outside: in a domain account the address is the person.
import {
  type AccountView,
  type Address,
  type Authorship,
  claimedAuthor,
  foldCase,
  isRedirected,
  isSharedAddress,
  type MailView,
  refuseSubmission,
  type SortPlan,
  splitAddress,
  type UserView,
  type Whose,
  withAuthor,
  withoutFalseSenders,
  withSender,
} from '@postroom/sdk';

import { residentOf } from './localPart.js';

/** What to do with a From that is not the author's. */
export type ForeignFrom = 'keep' | 'rewrite' | 'refuse';

export interface DomainAuthor {
  readonly account: AccountView;
  readonly user: UserView;
  /** His addresses, his own ones first. */
  readonly senders: readonly string[];
}

export function nameDomainAuthor(plan: SortPlan, mail: MailView, author: DomainAuthor, delimiter: string, foreign: ForeignFrom): SortPlan {
  if (mail.origin !== 'submitted') return plan;
  const whose = (address: Address): Whose => whoseAddress(author, address, delimiter);
  const authorship: Authorship = { whose, mailbox: mailboxOf(author) };
  const honest = withoutFalseSenders(plan, mail, authorship);
  const claim = claimedAuthor(mail, authorship);
  if (claim === 'author') return honest;
  if (claim === 'nobody') return withAuthor(honest, mail, authorship, 'From does not name who sent it');
  const shown = mail.addresses('From')[0]?.raw.trim().slice(0, 200) ?? '';
  const reason = `From names somebody else than who sent it: ${shown}`;
  if (foreign === 'keep' || isRedirected(mail, authorship)) return withSender(honest, mail, authorship, reason);
  if (foreign === 'rewrite') return withAuthor(honest, mail, authorship, reason);
  return refuseSubmission(honest, `the sender ${shown} is not yours; write as ${authorship.mailbox}`);
}

/** The account's own address is everybody's. With a colleague's name in front an address is no longer the author's. */
function whoseAddress({ account, user }: DomainAuthor, address: Address, delimiter: string): Whose {
  const resident = residentOf(account, address, delimiter);
  const isOwn = resident.kind === 'user' ? resident.user === user : resident.kind === 'nobody' && isSharedAddress(account, address);
  return isOwn && !namesColleague(account, user, address.name) ? 'author' : 'other';
}

/** In ASCII: his first address that is, else the account's with his name in front. */
function mailboxOf({ account, user, senders }: DomainAuthor): string {
  const address = senders.find((sender) => /^[!-~]+$/.test(sender));
  if (address !== undefined && address !== account.address) return addressText(address);
  return `=?UTF-8?B?${Buffer.from(user.name.slice(0, 15)).toString('base64')}?= <${addressText(account.address)}>`;
}

function addressText(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const isAtom = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/.test(local) || /^".*"$/.test(local);
  return isAtom ? address : `"${local.replace(/["\\]/g, '\\$&')}"${address.slice(at)}`;
}

function namesColleague(account: AccountView, user: UserView, name: string): boolean {
  const words = foldCase(name.normalize('NFKC')).match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const names = (each: UserView): readonly string[] => [each.name, ...each.aliases.map((alias) => splitAddress(alias).local)].map(foldCase);
  const own = names(user);
  const others = account.users.filter((other) => other.name !== user.name).flatMap(names);
  return words.some((word) => others.includes(word)) && !words.some((word) => own.includes(word));
}
