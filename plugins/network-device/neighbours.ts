// The neighbour table of the system: which hardware address stands behind an IP address on the LAN.
import { normalMac } from './device.js';

/** A command that prints the table, or the part of it about one address. */
export interface NeighbourCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** What to ask, in order of preference, until one of them runs. */
export function neighbourCommands(platform: NodeJS.Platform, address: string): readonly NeighbourCommand[] {
  if (platform === 'win32') {
    return address.includes(':')
      ? [{ program: 'netsh', args: ['interface', 'ipv6', 'show', 'neighbors'] }]
      : [{ program: 'arp', args: ['-a', address] }];
  }
  if (platform === 'linux') {
    return [
      { program: 'ip', args: ['neigh', 'show', 'to', address] },
      { program: 'arp', args: ['-a', '-n', address] },
    ];
  }
  return address.includes(':') ? [{ program: 'ndp', args: ['-a', '-n'] }] : [{ program: 'arp', args: ['-n', address] }];
}

/**
 * The hardware address that a printed neighbour table has for an IP address, in lower case with colons; `undefined` where there is none.
 * Reads `ip neigh` and `arp -a` of Linux, `arp -a` of Windows and macOS, and tables made like them: a line names the IP address, bare or
 * in brackets, and behind it the hardware address. Failed and incomplete entries have none.
 */
export function macOf(address: string, table: string): string | undefined {
  for (const line of table.split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    const place = words.findIndex((word) => bareAddress(word) === address.toLowerCase());
    if (place < 0 || words.includes('FAILED')) continue;
    const mac = words.slice(place + 1).find((word) => /^[0-9a-f]{1,2}([:-][0-9a-f]{1,2}){5}$/i.test(word));
    if (mac !== undefined) return normalMac(mac);
  }
  return undefined;
}

/** `(192.168.1.1)` and `fe80::1%en0` without what surrounds the address. */
function bareAddress(word: string): string {
  return word
    .replace(/^\(|\)$/g, '')
    .replace(/%.*$/, '')
    .toLowerCase();
}
