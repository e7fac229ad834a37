// Names the users of a domain account whose addresses a message was for.
import { mailboxName, type SortPlan } from '@postroom/sdk';
import { residentOf } from './localPart.js';

export function routeByLocalPart(plan: SortPlan, delimiter: string): SortPlan {
  if (plan.account.kind !== 'domain') return plan;
  let result = plan;
  for (const entry of plan.addressed) {
    if (entry.placed.length > 0) continue;
    const { local, domain } = entry.address;
    const resident = residentOf(plan.account, entry.address, delimiter);
    if (resident.kind === 'user')
      result = result.to(resident.user.mailbox, `${local}@${domain}: ${resident.how} (${entry.evidence})`, entry);
    if (resident.kind === 'several') {
      result = result.note(
        `${local}@${domain} is ambiguous: ${resident.users.map((user) => mailboxName(user.mailbox)).join(' and ')} both have it`,
      );
    }
  }
  return result;
}
