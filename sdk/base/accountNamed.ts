// An account by the id a person types.
import type { AccountView } from '../accounts.js';
import { PostroomError } from '../errors.js';
import type { Accounts } from '../services/accounts.js';
import { didYouMean } from './nearest.js';
import { shownName } from './shownName.js';

/** Throws `user/unknown` where there is none, with the one that may be meant, or those that there are. */
export function accountNamed(id: string, accounts: Pick<Accounts, 'all' | 'find'>): AccountView {
  const found = accounts.find(id);
  if (found !== undefined) return found;
  throw noSuchAccount(
    id,
    accounts.all.map((account) => account.id),
  );
}

export function noSuchAccount(id: string, known: readonly string[]): PostroomError {
  const others = known.length === 0 ? ' None is set up yet.' : ` There are: ${known.join(', ')}.`;
  return new PostroomError('user/unknown', `There is no account "${shownName(id)}".${didYouMean(id, known) || others}`);
}
