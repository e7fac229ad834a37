// Which domains an account owns.
import { domainToASCII } from 'node:url';
import type { AccountKindDeclaration } from '@postroom/sdk';
import { type AccountEntry, textsOf } from './layout.js';

/** Lower case, as A-labels; the text itself in lower case where it is no domain. */
export function asciiDomain(domain: string): string {
  const lower = domain.toLowerCase().replace(/\.$/, '');
  return domainToASCII(lower) || lower;
}

/** Splits at the last @: `['mail', 'company.com']`. The domain is '' where there is none. */
export function splitAddress(address: string): readonly [local: string, domain: string] {
  const at = address.lastIndexOf('@');
  return at < 0 ? [address, ''] : [address.slice(0, at), asciiDomain(address.slice(at + 1))];
}

/** The domains of which every address is the account's: none where its kind owns only the one address. */
export function ownedDomains(account: AccountEntry, kind: AccountKindDeclaration | undefined): readonly string[] {
  if (kind?.owns !== 'domain') return [];
  const [, first] = splitAddress(account.address ?? '');
  const further = kind.domainsProperty === undefined ? [] : textsOf(account.values[kind.domainsProperty]);
  return [...new Set([first, ...further.map(asciiDomain)])].filter((domain) => domain !== '');
}
