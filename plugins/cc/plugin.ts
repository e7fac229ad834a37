// CC: a user's colleagues get a copy of all that the user receives.
import type { PluginContext } from '@postroom/sdk';
import { addCopies } from './copy.js';

export function activate(context: PluginContext): void {
  context.subscriptions.push(context.hooks.onSort.tap('copy', (plan) => addCopies(plan)));
}
