// The account that an argument of a command names.
import { type AccountView, PostroomError } from '@postroom/sdk';
import type { Accounts } from '@postroom/sdk/services';

/** Throws `user/unknown` where there is none. */
export function knownAccount(accounts: Pick<Accounts, 'find'>, id: string): AccountView {
  const account = accounts.find(id);
  if (account !== undefined) return account;
  throw new PostroomError('user/unknown', `There is no account ${id}. "postroom accounts list" shows them all.`);
}
