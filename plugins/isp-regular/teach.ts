// What a person teaches who moves a message: the unknown name in front becomes a further name of the user's.
import { ADMIN1, isAdminName, isPublicName, recipientName, type SortPlan, type UserView } from '@postroom/sdk';
import type { RuleProposal } from '@postroom/sdk/services';

export function proposeName(plan: SortPlan, user: UserView): RuleProposal | undefined {
  const { account } = plan;
  if (account.kind !== 'regular') return undefined;
  const unclaimed = plan.addressed.filter((entry) => entry.placed.every((by) => by === ADMIN1.user));
  const name = unclaimed.map((entry) => recipientName(account, entry.address).name).find(isUsable);
  if (name === undefined) return undefined;
  return {
    path: ['accounts', account.id, 'users', user.name, 'names'],
    value: [...user.names, name],
    sentence: `"${name}" in front of ${account.address} is ${user.name}`,
  };
}

function isUsable(name: string): boolean {
  return name !== '' && !isPublicName(name) && !isAdminName(name);
}
