// "Which mail would go elsewhere?": the newest messages run through the real taps twice, under the settings in force and under a draft.
import { mailboxName } from '@postroom/sdk';
import { stateOf } from '@postroom/sdk/mail';
import type { Accounts, MailStore, Resorting, SettingsService, StoredMessage, WhatIf, WhatIfReport } from '@postroom/sdk/services';

export class RehearsedWhatIf implements WhatIf {
  constructor(
    private readonly store: Pick<MailStore, 'recent'>,
    private readonly sorting: Pick<Resorting, 'viewOf' | 'sort'>,
    private readonly accounts: Pick<Accounts, 'find'>,
    private readonly settings: Pick<SettingsService, 'under'>,
  ) {}

  async compare(text: string, count: number): Promise<WhatIfReport> {
    return this.compareThese(text, await this.store.recent(count));
  }

  /** The same for messages of the caller's choice. */
  async compareThese(text: string, messages: readonly StoredMessage[]): Promise<WhatIfReport> {
    const fetched = messages.filter((message) => message.origin === 'fetched');
    const now = await this.#rehearse(fetched);
    const then = await this.settings.under(text, () => this.#rehearse(fetched));
    const moved = fetched.flatMap(({ id, from, subject }, index) => {
      const change = { now: now[index] ?? [], instead: then[index] ?? [] };
      return change.now.join() === change.instead.join() ? [] : [{ message: id, from, subject, ...change }];
    });
    return { looked: fetched.length, moved };
  }

  async #rehearse(messages: readonly StoredMessage[]): Promise<readonly (readonly string[])[]> {
    const results: (readonly string[])[] = [];
    for (const message of messages) {
      results.push(await this.#destinations(message));
    }
    return results;
  }

  async #destinations(message: StoredMessage): Promise<readonly string[]> {
    const account = message.account === undefined ? undefined : this.accounts.find(message.account);
    if (account === undefined) {
      return [`(no account ${message.account ?? ''})`];
    }
    const { plan } = await this.sorting.sort(account, await this.sorting.viewOf(message));
    if (plan.disposition !== 'deliver') {
      return [`(${plan.disposition}: ${stateOf(plan).notes.at(-1) ?? ''})`];
    }
    return plan.mailboxes.map(mailboxName).sort();
  }
}
