// ADMIN1, the administrator's mailbox: receives what no rule could place.
import type { PluginContext } from '@postroom/sdk';
import { deliverAddressed, deliverUnplaced } from './rules.js';

export function activate(context: PluginContext): void {
  context.subscriptions.push(
    context.hooks.onSort.tap('addressed', (plan) => deliverAddressed(plan)),
    context.hooks.onSort.tap('fallback', (plan) => deliverUnplaced(plan)),
  );
}
