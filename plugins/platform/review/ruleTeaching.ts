// What a person who moves a message teaches: plugins propose rules, and the one that would move the fewest other messages is the narrowest.
import type { Disposable, MailboxRef, MessageId } from '@postroom/sdk';
import { mailboxName } from '@postroom/sdk';
import type {
  Accounts,
  MailStore,
  MovedMessage,
  Resorting,
  RuleProposal,
  RuleProposer,
  SettingsService,
  Teaching,
} from '@postroom/sdk/services';
import type { RehearsedWhatIf } from './whatIf.js';

/** A rule that would have brought the message to its user, and what else it would change. */
export interface Lesson extends RuleProposal {
  /** Other messages of those looked at that would go elsewhere. */
  readonly others: readonly MovedMessage[];
  readonly looked: number;
}

export interface RuleTeachingParts {
  readonly store: Pick<MailStore, 'message'>;
  readonly sorting: Pick<Resorting, 'viewOf' | 'sort'>;
  readonly accounts: Accounts;
  readonly settings: Pick<SettingsService, 'draft' | 'validate'>;
  readonly whatIf: RehearsedWhatIf;
}

export class RuleTeaching implements Teaching {
  readonly #proposers = new Set<RuleProposer>();

  constructor(private readonly parts: RuleTeachingParts) {}

  add(propose: RuleProposer): Disposable {
    this.#proposers.add(propose);
    return { dispose: () => void this.#proposers.delete(propose) };
  }

  /** Rules that bring mail like this one to the mailbox, narrowest first; none where nothing in the message tells, or for another account's user. */
  async lessons(id: MessageId, mailbox: MailboxRef, lookAt: number): Promise<readonly Lesson[]> {
    const { store, sorting, accounts, settings, whatIf } = this.parts;
    const message = await store.message(id);
    const user = accounts.user(mailbox);
    const account = mailbox.account === undefined ? undefined : accounts.find(mailbox.account);
    if (message?.origin !== 'fetched' || message.account !== mailbox.account || user === undefined || account === undefined) {
      return [];
    }
    const view = await sorting.viewOf(message);
    const { plan } = await sorting.sort(account, view);
    const lessons: Lesson[] = [];
    for (const propose of this.#proposers) {
      const proposal = propose(plan, view, user);
      if (proposal === undefined) {
        continue;
      }
      const text = settings.draft([proposal]);
      if (settings.validate(text).some(({ severity }) => severity === 'error')) {
        continue;
      }
      const [own] = (await whatIf.compareThese(text, [message])).moved;
      if (own?.instead.includes(mailboxName(mailbox)) === true) {
        const { looked, moved } = await whatIf.compare(text, lookAt);
        lessons.push({ ...proposal, looked, others: moved.filter((other) => other.message !== id) });
      }
    }
    return lessons.sort((a, b) => a.others.length - b.others.length);
  }
}
