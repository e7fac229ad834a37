// Addresses of an envelope: no display name, and compared with those of a header.
import { type Address, type AddressOwner, foldCase, isSharedAddress, splitAddress } from '@postroom/sdk';

/** A forward-path, or the `for` of a Received field, as an address. */
export function bareAddress(text: string): Address {
  return { name: '', ...splitAddress(text), raw: text };
}

/** Equal for two addresses of the same person: at the shared address that takes the display name as well. */
export function recipientKey(account: AddressOwner, address: Address): string {
  const spec = `${foldCase(address.local)}@${address.domain}`;
  return account.domains.length === 0 && isSharedAddress(account, address) ? `${spec} ${foldCase(address.name)}` : spec;
}
