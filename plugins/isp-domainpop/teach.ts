// What a person teaches who moves a message: the unknown local part becomes an alias of the user's.
import { ADMIN1, isAdminName, isPublicName, type SortPlan, type UserView } from '@postroom/sdk';
import type { RuleProposal } from '@postroom/sdk/services';

export function proposeAlias(plan: SortPlan, user: UserView): RuleProposal | undefined {
  const { account } = plan;
  if (account.kind !== 'domain') return undefined;
  const entry = plan.addressed.find(
    ({ address, placed }) =>
      address.domain !== '' && placed.every((by) => by === ADMIN1.user) && !isAdminName(address.local) && !isPublicName(address.local),
  );
  if (entry === undefined) return undefined;
  const { local, domain } = entry.address;
  // A first alias with a domain would bind the user's own name to that domain too.
  const bound = user.aliases.some((alias) => alias.includes('@'));
  return {
    path: ['accounts', account.id, 'users', user.name, 'aliases'],
    value: [...user.aliases, bound ? `${local}@${domain}` : local],
    sentence: `mail to ${local}@${domain} is ${user.name}'s`,
  };
}
