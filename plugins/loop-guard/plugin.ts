// Keeps mail from going round in circles between this server and a mail program or ISP that sends on what it gets.
import { randomBytes } from 'node:crypto';
import type { PluginContext } from '@postroom/sdk';
import { detectLoop, markDelivered } from './loops.js';

export async function activate(context: PluginContext): Promise<void> {
  // All servers on the store have one: whoever comes first makes it.
  const token = String(
    await context.state.update('token', (kept) => (typeof kept === 'string' ? kept : randomBytes(9).toString('base64url'))),
  );

  context.subscriptions.push(
    context.hooks.onSort.tap('detect', (plan, mail) =>
      detectLoop(plan, mail, token, context.settings.get<number>('loop-guard.maxReceived')),
    ),
    context.hooks.onSort.tap('mark', (plan, mail) => markDelivered(plan, mail, token)),
  );
}
