// Mail that waits at an ISP, as the plugin that collects mail shows it: headers only, and nothing leaves the ISP.
import { type CommandCall, type MailView, PostroomError } from '@postroom/sdk';
import type { Accounts, CommandCatalogue, Resorting } from '@postroom/sdk/services';

/** `header` in base64; `undefined` where the ISP does not show it. */
export interface WaitingAtIsp {
  readonly uidl: string;
  readonly bytes: number;
  readonly header?: string;
}

export class WaitingMail {
  constructor(
    private readonly commands: Pick<CommandCatalogue, 'withRole' | 'run'>,
    private readonly accounts: Pick<Accounts, 'find'>,
    private readonly sorting: Pick<Resorting, 'viewOfOctets'>,
  ) {}

  /** The newest `limit` messages, newest first. */
  async list(account: string, limit: number, call: CommandCall): Promise<readonly WaitingAtIsp[]> {
    const via = this.accounts.find(account)?.via;
    const [waiting] = this.commands.withRole('waiting-mail', via);
    if (waiting === undefined) {
      const which = via === undefined ? 'any account' : `accounts that are collected by "${via}"`;
      throw new PostroomError(
        'command/unknown',
        `No active plugin shows what waits at the ISP of ${which}. "postroom plugins list" says which are active.`,
      );
    }
    return (await this.commands.run(waiting.command, { account, limit }, call)) as readonly WaitingAtIsp[];
  }

  /** The same as taps would see them, without those whose header the ISP does not show. */
  async views(account: string, limit: number, call: CommandCall): Promise<readonly MailView[]> {
    const waiting = await this.list(account, limit, call);
    const headers = waiting.flatMap(({ header }) => header ?? []);
    return Promise.all(headers.map((header) => this.sorting.viewOfOctets(Buffer.from(header, 'base64'))));
  }
}
