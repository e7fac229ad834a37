// How stores tell mailboxes apart: by the account and the user's name, whatever its case.
import type { MailboxRef } from '../accounts.js';

/** One text a mailbox. */
export function mailboxKey(mailbox: MailboxRef): string {
  return `${accountOf(mailbox)}\n${userKey(mailbox)}`;
}

/** '' for ADMIN1's mailbox. */
export function accountOf({ account }: MailboxRef): string {
  return account ?? '';
}

/** Logins compare without regard to case. */
export function userKey({ user }: MailboxRef): string {
  return user.toLowerCase();
}

/** `account`: '' for ADMIN1's mailbox. */
export function mailboxRef(account: string, user: string): MailboxRef {
  return { account: account === '' ? undefined : account, user };
}
