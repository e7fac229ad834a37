// Addresses of an envelope: no display name, and compared with those of a header.
import { type Address, type AddressOwner, foldCase, isSharedAddress, splitAddress } from '@postroom/sdk';

/** A forward-path, or the `for` of a Received field, as an address. */
export function bareAddress(text: string): Address {
  const { local, domain } = splitAddress(text);
  const quoted = local.length > 1 && local.startsWith('"') && local.endsWith('"');
  return { name: '', local: quoted ? local.slice(1, -1).replace(/\\(.)/g, '$1') : local, domain, raw: text };
}

/** Whether two addresses are for the same person: at the shared address that takes the display name as well. */
export function isSameRecipient(account: AddressOwner, a: Address, b: Address): boolean {
  if (a.domain !== b.domain || foldCase(a.local) !== foldCase(b.local)) return false;
  return account.domains.length > 0 || !isSharedAddress(account, a) || foldCase(a.name) === foldCase(b.name);
}
