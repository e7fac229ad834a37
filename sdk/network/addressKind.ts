// Where an IP address leads: out into the internet, or to a machine that trusts its neighbours. Pure.
import ipaddr from 'ipaddr.js';

/**
 * `public`: the internet. `local`: this machine, and private networks (RFC 1918, RFC 4193, RFC 6598). `special`: not to be reached by mistake,
 * such as link-local addresses and with them the metadata services of clouds. `never`: no address of a host.
 */
export type AddressKind = 'public' | 'local' | 'special' | 'never';

const V4_KINDS: Readonly<Record<string, AddressKind>> = {
  unicast: 'public',
  loopback: 'local',
  private: 'local',
  carrierGradeNat: 'local',
  unspecified: 'never',
  broadcast: 'never',
  multicast: 'never',
};
const V6_KINDS: Readonly<Record<string, AddressKind>> = {
  loopback: 'local',
  uniqueLocal: 'local',
  unspecified: 'never',
  multicast: 'never',
};

/** `own`: addresses of this machine's interfaces, as `canonicalAddress` writes them. Throws for what is no address. */
export function addressKind(address: string, own: ReadonlySet<string> = new Set()): AddressKind {
  const parsed = innermost(address);
  if (own.has(parsed.toString())) return 'local';
  const range = parsed.range();
  if (parsed.kind() === 'ipv4') return V4_KINDS[range] ?? 'special';
  // Global unicast (RFC 4291 section 2.4) is what IANA gives out, 2000::/3; tunnels to IPv4 within it have their own ranges.
  const isGlobal = range === 'unicast' && ((parsed.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
  return V6_KINDS[range] ?? (isGlobal ? 'public' : 'special');
}

/** Whether it leads to this machine. */
export function isHere(address: string, own: ReadonlySet<string>): boolean {
  const parsed = innermost(address);
  return parsed.range() === 'loopback' || own.has(parsed.toString());
}

/** One way of writing each address; those that carry an IPv4 address are written as that. Throws for what is no address. */
export function canonicalAddress(address: string): string {
  return innermost(address).toString();
}

/** The IPv4 address that an IPv6 address stands for: mapped (RFC 4291), compatible, or behind NAT64 (RFC 6052). */
function innermost(written: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const address = ipaddr.parse(written.replace(/%.*$/, ''));
  if (address.kind() === 'ipv4') return address;
  const octets = address.toByteArray();
  const isPrefix = (prefix: readonly number[]): boolean => prefix.every((octet, index) => octets[index] === octet);
  const carries =
    isPrefix(MAPPED) || isPrefix(NAT64) || (isPrefix(COMPATIBLE) && octets.slice(12).some((octet, at) => octet > (at === 3 ? 1 : 0)));
  return carries ? new ipaddr.IPv4(octets.slice(12)) : address;
}

const COMPATIBLE = Array.from({ length: 12 }, () => 0);
const MAPPED = [...COMPATIBLE.slice(0, 10), 0xff, 0xff];
const NAT64 = [0x00, 0x64, 0xff, 0x9b, ...COMPATIBLE.slice(0, 8)];
