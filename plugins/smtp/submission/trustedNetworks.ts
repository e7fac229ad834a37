// Which clients need no login (smtp.trustedNetworks), or no TLS for one (smtp.plaintextNetworks). This computer is like any other one: it
// counts where somebody wrote it down, since every program and every plugin on it has its address.

import { PostroomError } from '@postroom/sdk';
import ipaddr from 'ipaddr.js';

/** Makes the test from CIDR texts such as `192.168.1.0/24`, which stand in the setting `key`. An IPv4 client on a dual-stack port counts as IPv4. */
export function trustedNetworks(networks: readonly string[], key = 'smtp.trustedNetworks'): (address: string) => boolean {
  const ranges = networks.map((text) => readRange(text, key));
  return (address) => {
    if (!ipaddr.isValid(address)) {
      return false;
    }
    const client = ipaddr.process(address);
    return ranges.some(([network, bits]) => network.kind() === client.kind() && client.match(network, bits));
  };
}

function readRange(text: string, key: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const single = ipaddr.isValid(text) ? ipaddr.parse(text) : undefined;
  if (single) {
    return [single, single.kind() === 'ipv4' ? 32 : 128];
  }
  if (ipaddr.isValidCIDR(text)) {
    return ipaddr.parseCIDR(text);
  }
  throw new PostroomError('settings/invalid', `${key}: "${text}" is no network. Write it as 192.168.1.0/24 or fd00::/64.`);
}
