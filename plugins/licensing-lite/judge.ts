// What Lite grants (the manual, Introduction): one account, of either kind, for five users.
import type { LicenceQuery, LicenceVerdict } from '@postroom/sdk';

export const EDITION = 'Lite';
export const LIMITS = Object.freeze({ accounts: 1, usersPerAccount: 5 });

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
    reason: `Lite shares 1 account; ${excess === 1 ? 'this would be the 2nd' : `these would be ${count}`}.`,
    remedy: `Remove ${excess === 1 ? 'one' : excess}, or enable postroom.licensing-pro, which shares 20.`,
  };
}

function tooManyUsers({ id, users }: { readonly id: string; readonly users: number }): LicenceVerdict {
  const excess = users - LIMITS.usersPerAccount;
  return {
    granted: false,
    edition: EDITION,
    reason: `Lite has 5 users in an account; ${id} would have ${users}.`,
    remedy: `Remove ${excess === 1 ? 'one' : excess}, or enable postroom.licensing-pro, which has 64.`,
  };
}
