// What Pro grants (the manual, Introduction): 20 accounts, each for 64 users.
import type { LicenceQuery, LicenceVerdict } from '@postroom/sdk';

export const EDITION = 'Pro';
export const LIMITS = Object.freeze({ accounts: 20, usersPerAccount: 64 });

export function judge(query: LicenceQuery): LicenceVerdict {
  if (query.kind === 'run') return { granted: true, edition: EDITION, limits: LIMITS };
  if (query.accounts.length > LIMITS.accounts) return tooManyAccounts(query.accounts.length);
  const crowded = query.accounts.find((account) => account.users > LIMITS.usersPerAccount);
  return crowded ? tooManyUsers(crowded) : { granted: true, edition: EDITION, limits: LIMITS };
}

function tooManyAccounts(count: number): LicenceVerdict {
  const excess = count - LIMITS.accounts;
  return {
    granted: false,
    edition: EDITION,
    reason: `Pro shares 20 accounts; ${excess === 1 ? 'this would be the 21st' : `these would be ${count}`}.`,
    remedy: `Remove ${excess === 1 ? 'one' : excess}, or share the further accounts on a second server.`,
  };
}

function tooManyUsers({ id, users }: { readonly id: string; readonly users: number }): LicenceVerdict {
  const excess = users - LIMITS.usersPerAccount;
  return {
    granted: false,
    edition: EDITION,
    reason: `Pro has 64 users in an account; ${id} would have ${users}.`,
    remedy: `Remove ${excess === 1 ? 'one' : excess}, or move users to another account.`,
  };
}
