// The address for a blind copy to a colleague. Mail programs take Bcc out of the header and ask once for an address that both share, so a name in front
// of it is lost; a tag in the address is not.
import { type AccountView, type Address, cleanName, isAdminName, isPublicName, splitAddress, type UserView } from '@postroom/sdk';
import type { BccAddress } from '@postroom/sdk/services';
import { nameWords, plainKey } from './nameForms.js';
import { type MatchOptions, matchAddress } from './nameMatch.js';

/** What every mail program lets pass without quotes: an atom with few signs (RFC 5322 section 3.2.3). */
const PLAIN_TAG = /^[a-z0-9_'-]+(?:\.[a-z0-9_'-]+)*$/;
/** Octets before the @ (RFC 5321 section 4.5.3.1.1). */
const LONGEST_LOCAL = 64;

/** `owns`: whether this server takes the address for one of the account. Only what sorting gives to this user alone is answered. */
export function bccAddressOf(account: AccountView, user: UserView, options: MatchOptions, owns: (address: string) => boolean): BccAddress {
  const shared = splitAddress(account.address);
  for (const tag of new Set([user.name, ...user.names, ...user.aliases].flatMap(tagsFor))) {
    const address: Address = { name: '', local: `${shared.local}+${tag}`, domain: shared.domain, raw: '' };
    const text = `${account.address.slice(0, account.address.lastIndexOf('@'))}+${tag}@${shared.domain}`;
    const match = matchAddress(account, address, options);
    if (address.local.length <= LONGEST_LOCAL && match.kind === 'user' && match.user === user && owns(text)) return { address: text };
  }
  return { problem: 'needs a further name in plain letters' };
}

/** Ways to write a name as a tag, the nearest to it first. A dot stands for a space, which needs quotes there, and for signs in the last resort. */
function tagsFor(name: string): readonly string[] {
  const written = cleanName(name).toLowerCase();
  const spelled = [written, plainKey(written)].map((text) => text.replace(/\s+/g, '.'));
  const tags = [...spelled, nameWords(plainKey(written)).join('.')];
  return tags.filter((tag) => PLAIN_TAG.test(tag) && !isPublicName(tag) && !isAdminName(tag));
}
