// IP addresses as they stand in the trace fields of a header.

/** The IP addresses among the words of some texts, in lower case, without brackets, `IPv6:`, zone and port; IPv4 within IPv6 as IPv4. */
export function ipAddressesIn(texts: readonly string[]): readonly string[] {
  return texts
    .filter(mayHoldAddress)
    .flatMap((text) => text.split(/[\s()[\],;=]+/).filter(mayHoldAddress))
    .flatMap((word) => ipAddress(word) ?? []);
}

/** Not the name of a host: IPv4 has digits, IPv6 has colons. */
function mayHoldAddress(text: string): boolean {
  return text.includes(':') || (text.includes('.') && /\d/.test(text));
}

/** The address that a word is. */
export function ipAddress(word: string): string | undefined {
  const text = word
    .toLowerCase()
    .replace(/^ipv6:/, '')
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%[\w.-]*$/, '');
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::\d{1,5})?$/.exec(text)?.[1];
  if (four !== undefined) return four.split('.').every((part) => Number(part) <= 255) ? four : undefined;
  if (text.length > 45 || !/^[\da-f:.]+$/.test(text)) return undefined;
  // All eight groups, or some left out: a time of day has colons too.
  return text.includes('::') || text.split(':').length >= 7 ? text : undefined;
}

/**
 * Whether an address cannot be reached from outside: of this machine (RFC 1122, RFC 4291), of a private network (RFC 1918, RFC 4193) or of one link
 * (RFC 3927). Not those that an access provider shares among its customers (RFC 6598): a customer is outside.
 */
export function isInternalAddress(address: string): boolean {
  if (/^(?:127|10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\./.test(address)) return true;
  return address === '::1' || address === '0:0:0:0:0:0:0:1' || /^f[cd][\da-f]{2}:/.test(address) || /^fe[89ab][\da-f]:/.test(address);
}

/** Whether two addresses lie in one network as registries give them to a provider: the first 32 bits of IPv6; of IPv4 none is so certain. */
export function sharesProvider(a: string, b: string): boolean {
  const network = (address: string): string => /^[\da-f]{1,4}:[\da-f]{1,4}:/.exec(address)?.[0] ?? '';
  return network(a) !== '' && network(a) === network(b);
}
