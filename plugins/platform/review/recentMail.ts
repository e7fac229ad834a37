// Mail that came in earlier or waits at the ISP, for plugins that find out something from it.
import type { CommandCall, MailView } from '@postroom/sdk';
import type { MailStore, RecentMail, Resorting } from '@postroom/sdk/services';
import type { WaitingMail } from './waitingMail.js';

/** Copies of one message that are counted at most. */
const MOST_COPIES = 1000;

export class StoredRecentMail implements RecentMail {
  constructor(
    private readonly store: Pick<MailStore, 'recent' | 'trace'>,
    private readonly sorting: Pick<Resorting, 'viewOf'>,
    private readonly atIsp: WaitingMail,
  ) {}

  async *of(account: string, limit: number): AsyncGenerator<MailView> {
    for (const message of await this.store.recent(limit, account)) {
      if (message.origin === 'fetched') {
        yield await this.sorting.viewOf(message);
      }
    }
  }

  waiting(account: string, limit: number, call: CommandCall): Promise<readonly MailView[]> {
    return this.atIsp.views(account, limit, call);
  }

  async timesReceived(account: string, messageId: string): Promise<number> {
    const traces = await this.store.trace(`<${messageId}>`, MOST_COPIES);
    return traces.filter((trace) => trace.messageId === messageId && trace.account === account && trace.origin === 'fetched').length;
  }
}
