// Which domains an account owns.
import { type AccountKindDeclaration, splitAddress } from '@postroom/sdk';
import { type AccountEntry, asciiDomain, textsOf } from '@postroom/sdk/base';

/** The domains of which every address is the account's: none where its kind owns only the one address. */
export function ownedDomains(account: AccountEntry, kind: AccountKindDeclaration | undefined): readonly string[] {
  if (kind?.owns !== 'domain') return [];
  const first = splitAddress(account.address ?? '').domain;
  const further = kind.domainsProperty === undefined ? [] : textsOf(account.values[kind.domainsProperty]);
  return [...new Set([first, ...further.map(asciiDomain)])].filter((domain) => domain !== '');
}
