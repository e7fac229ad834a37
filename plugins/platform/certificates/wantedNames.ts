// The names that the certificate has to be good for: those that the settings say, for every server that shares them, and those of this machine.
import { isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import { asciiDomain } from '@postroom/sdk/base';
import type { SettingsService } from '@postroom/sdk/services';
import { NODES, nodeEntries } from '@postroom/sdk/settings';

/** What the settings say of the names in a certificate that is made here. */
const NAME_SETTINGS = ['server.name', 'tls.names'];

/**
 * What people type: host names, and the IPv4 addresses of this machine; this server's own name first. IPv6 addresses change daily, and are not typed. Servers that
 * share settings want the same of them, so that one certificate has the names of all when the first one makes it.
 */
export function wantedNames(settings: Pick<SettingsService, 'get' | 'shared'>, addresses: readonly string[]): readonly string[] {
  const machine = hostname();
  const { shared } = settings;
  const names = [
    settings.get<string>('server.name'),
    machine,
    // As the machine calls itself by multicast DNS (RFC 6762).
    ...(machine.includes('.') ? [] : [`${machine}.local`]),
    'localhost',
    '127.0.0.1',
    '::1',
    ...settings.get<readonly string[]>('tls.names'),
    ...[shared, ...nodeEntries(shared).map(({ values }) => values)].flatMap((values) => textOf(values['server.name'])),
    ...addresses.filter((address) => isIPv4(address) && !address.startsWith('169.254.')),
  ];
  return [...new Set(names.filter((name) => name !== '').map((name) => (name.includes(':') ? name.toLowerCase() : asciiDomain(name))))];
}

/** Whether a change on trial is one of the names: for all servers, or for one as in `nodes.front-1.server.name`. */
export function isNameSetting(key: string): boolean {
  return NAME_SETTINGS.some((each) => key === each || (key.startsWith(`${NODES}.`) && key.endsWith(`.${each}`)));
}

function textOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : [];
}
