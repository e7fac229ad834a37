// Names the users of a regular account by the name in front of the shared address.
import { type AccountView, cleanName, isAdminName, isPublicName, mailboxName, recipientName, type SortPlan } from '@postroom/sdk';
import { nameKey } from './nameForms.js';
import { nameIndexOf } from './nameIndex.js';
import { type MatchOptions, matchAddress } from './nameMatch.js';

/** `others`: the accounts that share this server, for a hint where a name is known elsewhere. */
export function routeByName(plan: SortPlan, options: MatchOptions, others: readonly AccountView[]): SortPlan {
  if (plan.account.kind !== 'regular') return plan;
  let result = plan;
  for (const entry of plan.addressed) {
    const recipient = recipientName(plan.account, entry.address);
    if (entry.placed.length > 0 || isPublicName(recipient.name) || isAdminName(recipient.name)) continue;
    // As it stands in the header, an address in its place included.
    const written = recipient.source === 'display name' ? cleanName(entry.address.name) : recipient.name;
    const match = matchAddress(plan.account, entry.address, options);
    if (match.kind === 'user') {
      result = result.to(match.user.mailbox, `"${written}" is ${match.user.name} by ${match.how} (${entry.evidence})`, entry);
      const inFront = recipient.source === 'tag' ? nameKey(entry.address.name) : '';
      if (inFront !== '' && inFront !== nameKey(match.user.name)) {
        result = result.note(
          `"${entry.address.name}" stands in front of ${entry.address.local}@${entry.address.domain}; the address is stronger than the name`,
        );
      }
    } else if (match.kind === 'several') {
      result = result.note(`"${written}" is ambiguous: it may be ${match.users.map((user) => user.name).join(' or ')}`);
    } else if (recipient.name !== '') {
      const hint = match.hint ?? elsewhere(recipient.name, plan.account, others);
      if (hint !== undefined) result = result.note(`"${written}": ${hint}`);
    }
  }
  return result;
}

function elsewhere(name: string, account: AccountView, others: readonly AccountView[]): string | undefined {
  const key = nameKey(name);
  const [stranger] = others.filter((other) => other.id !== account.id).flatMap((other) => nameIndexOf(other.users).names.get(key) ?? []);
  return stranger === undefined
    ? undefined
    : `a user of another account has this name (${mailboxName(stranger.mailbox)}); names count only in their own account`;
}
