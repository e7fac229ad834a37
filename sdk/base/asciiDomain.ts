// Domains in the one form that can be compared.
import { domainToASCII } from 'node:url';

/** Lower case, as A-labels; the text itself in lower case where it is no domain. */
export function asciiDomain(domain: string): string {
  const lower = domain.toLowerCase().replace(/\.$/, '');
  return domainToASCII(lower) || lower;
}
