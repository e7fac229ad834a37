// send-receive: a round that a person asked for, with a bar for each account.
import type { CommandCall } from '@postroom/sdk';
import { accountNamed } from '@postroom/sdk/base';
import type { Accounts, Events, Rounds } from '@postroom/sdk/services';
import { roundSummary } from './roundSummary.js';

export class SendReceive {
  constructor(
    private readonly rounds: Rounds,
    private readonly accounts: Accounts,
    private readonly events: Events,
  ) {}

  /** `accounts`: ids; all with none. Resolves when the round has ended. */
  async run(accounts: readonly string[], call: CommandCall): Promise<object> {
    for (const id of accounts) accountNamed(id, this.accounts);
    const shown = new Map<string, number>();
    const watching = this.events.on((event) => {
      if (event.type !== 'fetch' || event.state !== 'progress') return;
      // A line for each message would cost as much as a commit does: a bar shows whole per cents.
      const percent = Math.floor((100 * event.done) / Math.max(1, event.total));
      if (percent === shown.get(event.account) && event.done < event.total) return;
      shown.set(event.account, percent);
      call.progress({ what: `Collecting ${event.account}`, done: event.done, of: event.total });
    });
    try {
      return roundSummary(await this.rounds.run('user', accounts.length === 0 ? undefined : accounts));
    } finally {
      await watching.dispose();
    }
  }
}
