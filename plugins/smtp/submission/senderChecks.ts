// The command smtp.senders: who may send without a login. This computer runs every plugin, and every program of its users; a load balancer brings everybody.
import { networks } from '@postroom/sdk/network';
import type { PluginCatalogue } from '@postroom/sdk/services';

export const TRUSTED_NETWORKS = 'smtp.trustedNetworks';

/** As the doctor's. */
export interface SendersCheck {
  readonly check: 'sending';
  readonly state: 'well' | 'warning';
  readonly text: string;
}

/** `proxies`: load balancers in front of the ports. */
export function checkSenders(trusted: readonly string[], proxies: readonly string[], { plugins }: PluginCatalogue): SendersCheck {
  const isTrusted = networks(trusted, TRUSTED_NETWORKS);
  const proxy = proxies.find((each) => isTrusted(each.split('/')[0] ?? ''));
  if (proxy !== undefined) {
    const text = `${TRUSTED_NETWORKS} names the load balancer ${proxy} of smtp.listen: where it cannot tell who its client is, anybody may send as any account. Take it out.`;
    return { check: 'sending', state: 'warning', text };
  }
  if (!isTrusted('127.0.0.1') && !isTrusted('::1')) {
    const others = trusted.length === 0 ? '' : ` but ${trusted.join(', ')}`;
    return { check: 'sending', state: 'well', text: `Nobody sends without a login${others}.` };
  }
  const strangers = plugins.filter(({ bundled, state }) => !bundled && state !== 'disabled').map(({ id }) => id);
  const who = strangers.length === 0 ? 'every program on it' : `every program on it, and ${strangers.join(', ')},`;
  const text = `${TRUSTED_NETWORKS} names this computer: ${who} may send as any account. Let programs log in, and take it out.`;
  return { check: 'sending', state: 'warning', text };
}
