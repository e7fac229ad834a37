// What a person who moves a message teaches: plugins propose rules, and the one that would move the fewest other messages is the narrowest.
import type { Disposable, MailboxRef, MessageId } from '@postroom/sdk';
import { mailboxName } from '@postroom/sdk';
import {
  Accounts,
  MailStore,
  type MovedMessage,
  type RuleProposal,
  type RuleProposer,
  SettingsService,
  type Teaching,
} from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { hasErrors } from '../configuration/problems/problems.js';
import { SortStep } from '../flow/sort.js';
import { viewOfStored } from '../flow/views/storedMail.js';
import { WhatIfStep } from './whatIf.js';

/** A rule that would have brought the message to its user, and what else it would change. */
export interface Lesson extends RuleProposal {
  /** Other messages of those looked at that would go elsewhere. */
  readonly others: readonly MovedMessage[];
  readonly looked: number;
}

export class TeachingStep implements Teaching {
  readonly #proposers = new Set<RuleProposer>();

  constructor(
    @MailStore private readonly store: MailStore,
    @inject(SortStep) private readonly sorting: SortStep,
    @inject(WhatIfStep) private readonly whatIf: WhatIfStep,
    @Accounts private readonly accounts: Accounts,
    @SettingsService private readonly settings: SettingsService,
  ) {}

  add(propose: RuleProposer): Disposable {
    this.#proposers.add(propose);
    return { dispose: () => void this.#proposers.delete(propose) };
  }

  /** Rules that bring mail like this one to the mailbox, narrowest first; none where nothing in the message tells, or for another account's user. */
  async lessons(id: MessageId, mailbox: MailboxRef, lookAt: number): Promise<readonly Lesson[]> {
    const message = await this.store.message(id);
    const user = this.accounts.user(mailbox);
    const account = mailbox.account === undefined ? undefined : this.accounts.find(mailbox.account);
    if (message?.origin !== 'fetched' || message.account !== mailbox.account || user === undefined || account === undefined) {
      return [];
    }
    const view = await viewOfStored(message, this.store, { rehearsal: true });
    const { plan } = await this.sorting.sort(account, view, []);
    const lessons: Lesson[] = [];
    for (const propose of this.#proposers) {
      const proposal = propose(plan, view, user);
      if (proposal === undefined) {
        continue;
      }
      const text = this.settings.draft([proposal]);
      if (hasErrors(this.settings.validate(text))) {
        continue;
      }
      const [own] = (await this.whatIf.compareThese(text, [message])).moved;
      if (own?.instead.includes(mailboxName(mailbox)) === true) {
        const { looked, moved } = await this.whatIf.compare(text, lookAt);
        lessons.push({ ...proposal, looked, others: moved.filter((other) => other.message !== id) });
      }
    }
    return lessons.sort((a, b) => a.others.length - b.others.length);
  }
}
