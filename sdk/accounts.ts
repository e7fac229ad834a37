// Who shares what: the views of accounts, users and mailboxes that taps and commands receive.

/** A local mailbox. ADMIN1's has no account: there is one on a server. */
export interface MailboxRef {
  /** The account's id (its key under `accounts` in settings.json); `undefined` for ADMIN1. */
  readonly account: string | undefined;
  /** The user's name as written in the settings, or `admin1`. */
  readonly user: string;
}

/** The administrator's mailbox: it receives what no rule could place. */
export const ADMIN1: MailboxRef = Object.freeze({ account: undefined, user: 'admin1' });

/** Whether two references name the same mailbox. User names compare without regard to case, as logins do. */
export function isSameMailbox(a: MailboxRef, b: MailboxRef): boolean {
  return a.account === b.account && (a.user === b.user || a.user.toLowerCase() === b.user.toLowerCase());
}

/** How a mailbox is written for people: `andrew@company` (user at account id), or `admin1`. */
export function mailboxName(mailbox: MailboxRef): string {
  return mailbox.account === undefined ? mailbox.user : `${mailbox.user}@${mailbox.account}`;
}

/** One ISP mailbox that is shared, as the settings describe it. */
export interface AccountView {
  /** Key under `accounts` in settings.json, for example `company`. */
  readonly id: string;
  /** The kind that a plugin contributes: `regular` or `domain` of the bundled ones. */
  readonly kind: string;
  /** How its mail is collected, as a plugin contributes it: `pop3` of the bundled ones; '' where nothing that collects is installed. */
  readonly via: string;
  /** The ISP's address that is shared, for example `mail@company.com`. */
  readonly address: string;
  /** Domains of which every address is this account's; empty where only `address` is (a regular account). Lower case, A-labels. */
  readonly domains: readonly string[];
  /** The users, in the order of the settings. ADMIN1 and PUBLIC1 are not among them. */
  readonly users: readonly UserView[];
}

/** Somebody who shares an account. */
export interface UserView {
  readonly name: string;
  readonly mailbox: MailboxRef;
  /** Further local parts (domain accounts): setting `aliases`. */
  readonly aliases: readonly string[];
  /** Further display names (regular accounts): setting `names`. */
  readonly names: readonly string[];
}

/** Names that no user may have, in any case of letters: they mean PUBLIC1 and ADMIN1 in every account. */
export const RESERVED_NAMES: readonly string[] = Object.freeze(['public', 'public1', 'admin', 'admin1']);

/** Whether `name` addresses PUBLIC1: everybody who shares the account. */
export function isPublicName(name: string): boolean {
  return /^public1?$/i.test(name.trim());
}

/** Whether `name` addresses ADMIN1, the administrator. */
export function isAdminName(name: string): boolean {
  return /^admin1?$/i.test(name.trim());
}
