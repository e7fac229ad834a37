// The names that this server's certificate has to be good for.
import { isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import type { Settings } from '@postroom/sdk';
import { asciiDomain } from '@postroom/sdk/base';

/** What the settings say of the names in a certificate that is made here. */
export const NAME_SETTINGS = ['server.name', 'tls.names'] as const;

/** What people type: host names, and the IPv4 addresses of this machine. IPv6 addresses change daily, and are not typed. */
export function wantedNames(settings: Pick<Settings, 'get'>, addresses: readonly string[]): readonly string[] {
  const machine = hostname();
  const names = [
    settings.get<string>('server.name'),
    machine,
    // As the machine calls itself by multicast DNS (RFC 6762).
    ...(machine.includes('.') ? [] : [`${machine}.local`]),
    'localhost',
    '127.0.0.1',
    '::1',
    ...settings.get<readonly string[]>('tls.names'),
    ...addresses.filter((address) => isIPv4(address) && !address.startsWith('169.254.')),
  ];
  return [...new Set(names.filter((name) => name !== '').map((name) => (name.includes(':') ? name.toLowerCase() : asciiDomain(name))))];
}
