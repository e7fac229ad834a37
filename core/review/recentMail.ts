// Mail that came in earlier, for plugins that find out something from it.
import type { MailView } from '@postroom/sdk';
import type { RecentMail } from '@postroom/sdk/services';
import { viewOfStored } from '../flow/storedMail.js';
import { MailStore } from '../store/mailStore.js';

/** Copies of one message that are counted at most. */
const MOST_COPIES = 1000;

export class StoredRecentMail implements RecentMail {
  constructor(@MailStore private readonly store: MailStore) {}

  async *of(account: string, limit: number): AsyncGenerator<MailView> {
    for (const message of await this.store.recent(limit, account)) {
      if (message.origin === 'fetched') {
        yield await viewOfStored(message, this.store, { rehearsal: true });
      }
    }
  }

  async timesReceived(account: string, messageId: string): Promise<number> {
    const traces = await this.store.trace(`<${messageId}>`, MOST_COPIES);
    return traces.filter((trace) => trace.messageId === messageId && trace.account === account && trace.origin === 'fetched').length;
  }
}
