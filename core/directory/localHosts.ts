// By which hosts this server is addressed: `andrew@192.168.1.5` is its user Andrew, as the manual's Eudora page writes it.
import { hostname } from 'node:os';
import { asciiDomain, ownAddresses } from '@postroom/sdk/base';
import ipaddr from 'ipaddr.js';

/** Whether the part behind an address's @ is this server: its name, the machine's name, localhost, or one of `addresses` bare or as a literal (RFC 5321 section 4.1.3). */
export function isLocalHost(host: string, serverName: string, addresses: () => readonly string[] = ownAddresses): boolean {
  const ip = ipOf(host);
  if (ip !== undefined)
    return ip.range() === 'loopback' || addresses().some((each) => ipOf(each)?.toNormalizedString() === ip.toNormalizedString());
  const name = asciiDomain(host);
  return name !== '' && [serverName, hostname(), 'localhost'].some((each) => asciiDomain(each) === name);
}

function ipOf(host: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = host.replace(/^\[(?:ipv6:)?(.*)\]$/i, '$1').replace(/%.*$/, '');
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare);
  return isAddress ? ipaddr.process(bare) : undefined;
}
