// The edition Lite (the manual, Introduction): one account, of either kind, for five users. Its limits stand in package.json. That the device is
// seen is network-device's to say, one stage before.
import { editionGrant, type PluginContext } from '@postroom/sdk';

export function activate(context: PluginContext): void {
  const grant = editionGrant(context.manifest, {
    accounts: 'enable postroom.licensing-pro, which shares 20',
    users: 'enable postroom.licensing-pro, which has 64',
  });
  context.hooks.onLicenseCheck.tap('grant', grant);
}
