// By which a user's password is kept. No name holds a slash, and no account is called admin1.
import { foldCase, type MailboxRef } from '@postroom/sdk';

export function passwordKey({ account, user }: MailboxRef): string {
  return account === undefined ? foldCase(user) : `${account}/${foldCase(user)}`;
}

export function mailboxOf(key: string): MailboxRef {
  const [user = '', account] = key.split('/').reverse();
  return { account, user };
}
