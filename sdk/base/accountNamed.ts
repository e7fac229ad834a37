// An account by the id a person types.
import type { AccountView } from '../accounts.js';
import { PostroomError } from '../errors.js';
import type { Accounts } from '../services/accounts.js';

/** Throws `user/unknown` where there is none, with those that there are. */
export function accountNamed(id: string, accounts: Pick<Accounts, 'all' | 'find'>): AccountView {
  const found = accounts.find(id);
  if (found !== undefined) return found;
  const known = accounts.all.map((account) => account.id).join(', ');
  throw new PostroomError('user/unknown', `There is no account ${id}. ${known === '' ? 'None is set up yet.' : `There are: ${known}.`}`);
}
