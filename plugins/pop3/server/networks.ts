// Which addresses belong to a list of networks, as `pop3.plaintextNetworks` writes them.
import { BlockList, isIP, isIPv6 } from 'node:net';
import { PostroomError } from '@postroom/sdk';

/** An IPv4 address without the `::ffff:` that a dual-stack socket puts before it. */
export function plainAddress(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}

/** Reads networks in CIDR form or single addresses. Throws `settings/invalid` for anything else. */
export function networks(list: readonly string[], key: string): { contains(address: string): boolean } {
  const block = new BlockList();
  for (const entry of list) {
    const [address = '', length] = entry.split('/');
    const version = isIP(address);
    const bits = length === undefined ? (version === 6 ? 128 : 32) : Number(length);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32)) {
      throw new PostroomError('settings/invalid', `${key}: "${entry}" is no network. Write it like 192.168.1.0/24 or fd00::/8.`);
    }
    block.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    contains: (address) => {
      const plain = plainAddress(address);
      return block.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
    },
  };
}
