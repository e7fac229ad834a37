// Whether a recipient's address is complete (RFC 6409 section 4.2). Pure.

/** It has a full domain or a domain literal, or is the one name that needs none. */
export function isQualified(address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return domain.includes('.') || domain.startsWith('[') || !address.includes('@');
}
