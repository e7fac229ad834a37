// The command smtp.senders: who may send without a login. This computer runs every plugin, and every program of its users.
import { BlockList, isIPv6 } from 'node:net';
import type { PluginCatalogue } from '@postroom/sdk/services';

export const TRUSTED_NETWORKS = 'smtp.trustedNetworks';

/** As the doctor's. */
export interface SendersCheck {
  readonly check: 'sending';
  readonly state: 'well' | 'warning';
  readonly text: string;
}

export function checkSenders(networks: readonly string[], { plugins }: PluginCatalogue): SendersCheck {
  if (!coversThisComputer(networks)) {
    const others = networks.length === 0 ? '' : ` but ${networks.join(', ')}`;
    return { check: 'sending', state: 'well', text: `Nobody sends without a login${others}.` };
  }
  const strangers = plugins.filter(({ bundled, state }) => !bundled && state !== 'disabled').map(({ id }) => id);
  const who = strangers.length === 0 ? 'every program on it' : `every program on it, and ${strangers.join(', ')},`;
  const text = `${TRUSTED_NETWORKS} names this computer: ${who} may send as any account. Let programs log in, and take it out.`;
  return { check: 'sending', state: 'warning', text };
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
