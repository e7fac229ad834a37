// The edition Lite: its limits. That the device is seen is network-device's to say, one stage before.
import type { PluginContext } from '@postroom/sdk';
import { judge } from './judge.js';

export function activate(context: PluginContext): void {
  context.hooks.onLicenseCheck.tap('grant', judge);
}
