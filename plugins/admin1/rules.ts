// What the administrator gets: what is addressed to him, and unplaced mail. Nothing is ever dropped.
import { ADMIN1, type AddressedTo, cleanName, isAdminName, recipientName, type SortPlan } from '@postroom/sdk';

/** Names that every domain has for its administrator (RFC 2142), no matter whether a user was set up for them. */
const ROLES = new Set(['postmaster', 'abuse', 'mailer-daemon', 'hostmaster', 'webmaster', 'security', 'noc']);

/** Mail for `admin` or `admin1`, as a local part or as the name in front of the shared address. */
export function deliverAddressed(plan: SortPlan): SortPlan {
  return plan.addressed
    .filter((entry) => entry.placed.length === 0 && isAdminName(recipientName(plan.account, entry.address).name))
    .reduce((result, entry) => result.to(ADMIN1, `addressed to ADMIN1 (${entry.evidence})`, entry), plan);
}

/** Every unplaced address, and the message as a whole where it has no recipient. Rung L7, with the reason in words. */
export function deliverUnplaced(plan: SortPlan): SortPlan {
  let result = plan;
  for (const entry of plan.addressed) {
    if (entry.placed.length > 0) continue;
    const role = ROLES.has(recipientName(plan.account, entry.address).name.toLowerCase());
    const reason = role ? `${addressText(entry)} is the administrator's` : whyUnplaced(plan, entry);
    result = result.to(ADMIN1, reason, role ? entry : 'L7').placed(entry, ADMIN1.user, reason);
    if (!role) result = result.tag('unplaced', reason);
  }
  const forNobody = result.mailboxes.length === 0 && result.addressed.length === 0 && result.outside.length === 0;
  if (!forNobody) return result;
  const reason = 'no local recipient in any header (Bcc or list)';
  return result.to(ADMIN1, reason, 'L7').tag('unplaced', reason);
}

function whyUnplaced(plan: SortPlan, entry: AddressedTo): string {
  // It could not be read, and the evidence says what stood there.
  if (entry.address.domain === '') return entry.evidence;
  const { name, source } = recipientName(plan.account, entry.address);
  if (source === 'local part') return `no user and no alias for ${addressText(entry)} (${entry.evidence})`;
  if (name === '') return `no name in front of ${addressText(entry)} (${entry.evidence})`;
  const written = source === 'display name' ? cleanName(entry.address.name) : name;
  return `nobody of ${plan.account.id} can be told by the name "${written}" (${entry.evidence})`;
}

function addressText(entry: AddressedTo): string {
  return `${entry.address.local}@${entry.address.domain}`;
}
