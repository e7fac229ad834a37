// Which domains an account owns.
import { asciiDomain } from '../base/asciiDomain.js';
import type { AccountKindDeclaration } from '../manifest.js';
import { splitAddress } from '../recipients.js';
import { type AccountEntry, textsOf } from './settingsLayout.js';

/** The domains of which every address is the account's: none where its kind owns only the one address. */
export function ownedDomains(account: AccountEntry, kind: AccountKindDeclaration | undefined): readonly string[] {
  if (kind?.owns !== 'domain') return [];
  const first = splitAddress(account.address ?? '').domain;
  const further = kind.domainsProperty === undefined ? [] : textsOf(account.values[kind.domainsProperty]);
  return [...new Set([first, ...further.map(asciiDomain)])].filter((domain) => domain !== '');
}
