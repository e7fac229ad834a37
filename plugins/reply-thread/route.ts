// L5: the answer to a mail goes to the user who sent that mail. An id that two have sent under is ambiguous: ADMIN1 gets the answer, with both names.
import { ADMIN1, foldCase, isSameMailbox, type MailboxRef, mailboxName, type SortPlan, type UserView } from '@postroom/sdk';
import { type Author, domainHash } from './sentMail.js';

/** What is known of the answer. */
export interface Answer {
  /** The id that it names. */
  readonly id: string;
  /** Domains of whom it is from; empty for a delivery report, which a server sends. */
  readonly domains: readonly string[];
  /** The id is one that the ISP made for the message, in the place of that which it had. */
  readonly isAssigned: boolean;
  /** The id may be that of mail from outside: then only somebody to whom the author wrote can answer it. */
  readonly isForeign: boolean;
}

/** `authors`: who sent the message that this one answers, as they were called then. Only for a plan that needs placing. */
export function routeAnswer(plan: SortPlan, authors: readonly Author[], answer: Answer): SortPlan {
  const owners = authors.map(({ mailbox }) => ownerOf(plan, mailbox));
  const [author] = authors;
  const [owner] = owners;
  if (author === undefined) return plan;
  const isOne = owners.every((other) => other !== undefined && owner !== undefined && isSameMailbox(other, owner));
  if (authors.length > 1 && !isOne) return toAdmin(plan, ambiguity(plan, authors, answer));
  const name = nameOf(plan, author.mailbox);
  if (owner === undefined) return plan.note(`answers ${answer.id} of ${whyNobody(plan, author.mailbox, name)}`);
  const isExpected = wentTo(author, answer.domains);
  if (answer.isForeign && isExpected === false) {
    return toAdmin(
      plan,
      `answers ${answer.id}, under which ${name} has sent mail, but not to ${answer.domains.join(', ')}: it may be somebody else's id`,
    );
  }
  const reason = `answers ${answer.id}, which ${name} sent${answer.isAssigned ? ' and the ISP named so' : ''}${isExpected === false ? `, though not to ${answer.domains.join(', ')}` : ''}`;
  return claim(plan.to(owner, reason, 'L5'), owner);
}

function toAdmin(plan: SortPlan, reason: string): SortPlan {
  return claim(plan.to(ADMIN1, reason, 'L7').tag('unplaced', reason), ADMIN1);
}

/** Says where whose mail went, where that differs: it may tell ADMIN1 whose answer it is. */
function ambiguity(plan: SortPlan, authors: readonly Author[], answer: Answer): string {
  const names = authors.map(({ mailbox }) => nameOf(plan, mailbox));
  const expecting = names.filter((_, place) => wentTo(authors[place], answer.domains) === true);
  const hint =
    expecting.length > 0 && expecting.length < names.length
      ? `; ${expecting.join(' and ')} had written to ${answer.domains.join(', ')}`
      : '';
  return `answers ${answer.id}, which ${names.join(' and ')} have sent: an id that two have used is nobody's${hint}`;
}

/** Whether the author's mail went to where the answer is from; `undefined` where that is not known. */
function wentTo(author: Author | undefined, domains: readonly string[]): boolean | undefined {
  if (author?.domains === undefined || domains.length === 0) return undefined;
  const hashes = author.domains;
  return domains.flatMap(withParents).some((domain) => hashes.includes(domainHash(domain)));
}

/** `mail.customer.example` -> it and `customer.example`. */
function withParents(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(0, Math.max(1, labels.length - 1)).map((_, start) => labels.slice(start).join('.'));
}

/** The mailbox that an author has now. */
function ownerOf(plan: SortPlan, author: MailboxRef): MailboxRef | undefined {
  if (isSameMailbox(author, ADMIN1)) return ADMIN1;
  return author.account === plan.account.id ? userOf(plan, author.user)?.mailbox : undefined;
}

function nameOf(plan: SortPlan, author: MailboxRef): string {
  if (isSameMailbox(author, ADMIN1)) return 'ADMIN1';
  if (author.user === '') return 'a device without a login';
  return author.account === plan.account.id ? (userOf(plan, author.user)?.name ?? author.user) : mailboxName(author);
}

function whyNobody(plan: SortPlan, author: MailboxRef, name: string): string {
  if (author.user === '') return name;
  return author.account === plan.account.id ? `${name}: user removed` : `${name}, a user of another account`;
}

/** The shared address without a usable name is answered for by the thread. */
function claim(plan: SortPlan, mailbox: MailboxRef): SortPlan {
  return plan.addressed.reduce((result, entry) => result.placed(entry, mailbox.user, 'the thread says whose it is'), plan);
}

/** A user who was renamed keeps the former name as an alias. */
function userOf(plan: SortPlan, name: string): UserView | undefined {
  const wanted = foldCase(name);
  const users = plan.account.users;
  return (
    users.find((user) => foldCase(user.name) === wanted) ??
    users.find((user) => [...user.aliases, ...user.names].some((alias) => foldCase(alias) === wanted))
  );
}
