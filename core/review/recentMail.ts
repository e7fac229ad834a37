// Mail that came in earlier or waits at the ISP, for plugins that find out something from it.
import type { CommandCall, MailView } from '@postroom/sdk';
import type { RecentMail } from '@postroom/sdk/services';
import { MailStore } from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { WaitingMail } from '../flow/fetching/waitingMail.js';
import { viewOfStored } from '../flow/views/storedMail.js';

/** Copies of one message that are counted at most. */
const MOST_COPIES = 1000;

export class StoredRecentMail implements RecentMail {
  constructor(
    @MailStore private readonly store: MailStore,
    @inject(WaitingMail) private readonly atIsp: WaitingMail,
  ) {}

  async *of(account: string, limit: number): AsyncGenerator<MailView> {
    for (const message of await this.store.recent(limit, account)) {
      if (message.origin === 'fetched') {
        yield await viewOfStored(message, this.store, { rehearsal: true });
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
