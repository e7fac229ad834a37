// Who may send without a login (`smtp.trustedNetworks`): this computer runs every plugin, and every program of whoever uses it.

import { BlockList, isIPv6 } from 'node:net';
import type { CheckResult } from '@postroom/sdk';
import type { SettingsService } from '../configuration/inForce/settingsService.js';
import type { PluginHost } from '../host/pluginHost.js';
import { warning, well } from './checkResult.js';

const KEY = 'smtp.trustedNetworks';

/** Nothing where no plugin takes mail by SMTP. */
export function checkSenders(settings: SettingsService, plugins: PluginHost): readonly CheckResult[] {
  const networks = settings.value[KEY] as readonly string[] | undefined;
  if (networks === undefined) return [];
  if (!coversThisComputer(networks))
    return [well('sending', `Nobody sends without a login${networks.length === 0 ? '' : ` but ${networks.join(', ')}`}.`)];
  const strangers = plugins.plugins.filter(({ bundled, state }) => !bundled && state !== 'disabled').map(({ id }) => id);
  const who = strangers.length === 0 ? 'every program on it' : `every program on it, and ${strangers.join(', ')},`;
  return [warning('sending', `${KEY} names this computer: ${who} may send as any account. Let programs log in, and take it out.`)];
}

function coversThisComputer(networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list.check('127.0.0.1') || list.check('::1', 'ipv6');
}
