// Mail that waits at an ISP, as the plugin that collects mail shows it: headers only, and nothing leaves the ISP.
import type { CommandCall, MailView } from '@postroom/sdk';
import { Clock, CommandCatalogue } from '@postroom/sdk/services';
import { viewOfUnstored } from '../views/unstoredMail.js';

const WAITING_COMMAND = 'pop3.waiting';

/** `header` in base64; `undefined` where the ISP does not show it. */
export interface WaitingAtIsp {
  readonly uidl: string;
  readonly bytes: number;
  readonly header?: string;
}

export class WaitingMail {
  constructor(
    @CommandCatalogue private readonly commands: CommandCatalogue,
    @Clock private readonly clock: Clock,
  ) {}

  /** The newest `limit` messages, newest first. */
  async list(account: string, limit: number, call: CommandCall): Promise<readonly WaitingAtIsp[]> {
    return (await this.commands.run(WAITING_COMMAND, { account, limit }, call)) as readonly WaitingAtIsp[];
  }

  /** The same as taps would see them, without those whose header the ISP does not show. */
  async views(account: string, limit: number, call: CommandCall): Promise<readonly MailView[]> {
    const waiting = await this.list(account, limit, call);
    const headers = waiting.flatMap(({ header }) => header ?? []);
    return headers.map((header) => viewOfUnstored(Buffer.from(header, 'base64'), this.clock.now()));
  }
}
