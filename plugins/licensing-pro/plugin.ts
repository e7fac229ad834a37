// The edition Pro (the manual, Introduction): 20 accounts, each for 64 users. Its limits stand in package.json. That the device is seen is
// network-device's to say, one stage before.
import { editionGrant, type PluginContext } from '@postroom/sdk';

export function activate(context: PluginContext): void {
  const grant = editionGrant(context.manifest, {
    accounts: 'share the further accounts on a second server',
    users: 'move users to another account',
  });
  context.hooks.onLicenseCheck.tap('grant', grant);
}
