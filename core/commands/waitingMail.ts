// Mail that waits at an ISP, as the plugin that collects mail shows it.
import type { CommandCall } from '@postroom/sdk';
import type { CommandRegistry } from '../host/commandRegistry.js';

const WAITING_COMMAND = 'pop3.waiting';

/** `header` in base64; `undefined` where the ISP does not show it. */
export type WaitingMail = readonly { readonly uidl: string; readonly bytes: number; readonly header?: string }[];

/** The newest `limit` messages, newest first; headers only, and nothing leaves the ISP. */
export async function waitingMail(commands: CommandRegistry, account: string, limit: number, call: CommandCall): Promise<WaitingMail> {
  return (await commands.run(WAITING_COMMAND, { account, limit }, call)) as WaitingMail;
}
