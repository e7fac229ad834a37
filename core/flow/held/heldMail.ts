// Mail that is set aside: held while a plugin fails, sorted again by every round, under the lease `held`; and what the administrator releases, on any server
// and at any time: whoever is faster decides.
import { type AccountView, type MailboxRef, type MessageId, mailboxName, PostroomError } from '@postroom/sdk';
import {
  Accounts,
  Clock,
  type Decision,
  type HeldMail,
  Leases,
  Log,
  MailStore,
  ServerName,
  type StoredMessage,
  type Submission,
} from '@postroom/sdk/services';
import { CoreState } from '../../base/coreState.js';
import { hasCode } from '../../base/hasCode.js';
import { inject } from '../../base/inject.js';
import { BlockingPlugins } from '../../hooking/blockingPlugins.js';
import { draft } from '../draft.js';
import { addressesOf, envelopeOf, type RecipientShare, shareRecipients } from '../intake/shareRecipients.js';
import { type DecidedShare, mustWait, submittedParts } from '../intake/submittedParts.js';
import { MessageFlow } from '../messageFlow.js';
import { type LeaseWait, PATIENCE_MS, takeLease } from '../patientLease.js';
import { copyParts } from '../views/copyParts.js';
import type { StoredMail } from '../views/storedMail.js';
import { CrashLoopGuard } from './crashLoopGuard.js';
import { setAsideUnsorted } from './poisonMessage.js';
import { noLongerAside, releasedTo, sharesReleasedTo, stillAside } from './release.js';

export class HeldMailStep implements HeldMail {
  readonly #guard: CrashLoopGuard;
  #retrying: Promise<unknown> = Promise.resolve();

  constructor(
    @inject(MessageFlow) private readonly flow: MessageFlow,
    @MailStore private readonly store: MailStore,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @Log private readonly log: Log,
    @inject(CoreState) state: CoreState,
    @Leases private readonly leases: Leases,
    @Clock private readonly clock: Clock,
    @BlockingPlugins private readonly filters: BlockingPlugins,
  ) {
    this.#guard = new CrashLoopGuard(state, leases);
  }

  /**
   * Calls are served one after the other, and of all servers on the store one sorts at a time: two at once would sort a message twice. Where another server
   * does for longer than `patience` says, the mail is left to it.
   */
  retryHeld(patience: LeaseWait = { patienceMs: PATIENCE_MS }): Promise<number> {
    const retried = this.#retrying.then(() => this.#retryHeld(patience));
    this.#retrying = retried.catch(() => undefined);
    return retried;
  }

  async #retryHeld(patience: LeaseWait): Promise<number> {
    // Without a filter that the settings demand nothing is sorted: neither is another server kept from it that has the filter.
    if (this.filters.blocking.length > 0 || (await this.store.setAside('hold')).length === 0) return 0;
    const lease = await takeLease('held', patience, { leases: this.leases, clock: this.clock });
    if (lease === undefined) return 0;
    try {
      return await this.#sortHeld(lease.lost);
    } finally {
      await lease.release();
    }
  }

  async #sortHeld(lost: AbortSignal): Promise<number> {
    let delivered = 0;
    const held = (await this.store.setAside('hold')).toReversed();
    await this.#guard.each(held, {
      lost,
      work: async (message) => {
        try {
          delivered += (await this.#again(message)) ? 1 : 0;
        } catch (error) {
          // Deleted meanwhile.
          if (hasCode(error, 'mail/not-found')) return;
          this.log.error('A held message could not be sorted again; it stays held.', { message: message.id, error: String(error) });
        }
      },
      giveUp: (message) => this.#giveUp(message),
    });
    return delivered;
  }

  async #giveUp(message: StoredMessage): Promise<void> {
    const change = setAsideUnsorted(message);
    this.log.error('A held message is set aside for the administrator.', { message: message.id, reason: change.reason });
    await this.store.resort(message.id, change);
  }

  /** Answers whether it was delivered. */
  async #again(message: StoredMessage): Promise<boolean> {
    if (message.origin === 'submitted') {
      const mail = await this.flow.readAgain(message);
      const decided = await this.#decideShares(mail, shareRecipients(submissionOf(message), this.accounts));
      return !mustWait(decided) && (await this.#commitShares(mail, decided)) !== undefined;
    }
    const account = this.#accountOf(message);
    const mail = await this.flow.readAgain(message);
    const decision = await this.#decide(mail, account);
    if (decision.plan.disposition === 'hold' && decision.mailboxes.length === 0) {
      return false;
    }
    return (await this.#commit(mail, decision)) !== undefined && decision.plan.disposition === 'deliver';
  }

  async release(
    id: MessageId,
    mailboxes: readonly MailboxRef[],
  ): Promise<{ readonly message: string; readonly mailboxes: readonly string[] }> {
    const message = await this.store.message(id);
    if (message === undefined || message.disposition === 'deliver') {
      throw noLongerAside(id);
    }
    const named = mailboxes.length > 0 ? releasedTo(mailboxes, this.#accountOf(message)) : undefined;
    const placed = message.origin === 'submitted' ? await this.#releaseSubmitted(message, named) : await this.#releaseOther(message, named);
    return { message: id, mailboxes: placed.map(mailboxName) };
  }

  async #releaseOther(message: StoredMessage, named: Decision | undefined): Promise<readonly MailboxRef[]> {
    const account = this.#accountOf(message);
    const mail = await this.flow.readAgain(message);
    const decision = named ?? (await this.#decide(mail, account));
    if (decision.plan.disposition !== 'deliver') {
      throw stillAside(message.id, decision);
    }
    if ((await this.#commit(mail, decision, true)) === undefined) throw noLongerAside(message.id);
    return decision.mailboxes;
  }

  async #releaseSubmitted(message: StoredMessage, named: Decision | undefined): Promise<readonly MailboxRef[]> {
    const shares = shareRecipients(submissionOf(message), this.accounts);
    const mail = await this.flow.readAgain(message);
    const decided = named === undefined ? await this.#decideShares(mail, shares) : sharesReleasedTo(named, shares);
    const waiting = decided.find(({ decision }) => decision.plan.disposition !== 'deliver');
    if (waiting !== undefined) {
      throw stillAside(message.id, waiting.decision);
    }
    if ((await this.#commitShares(mail, decided)) === undefined) throw noLongerAside(message.id);
    return decided.flatMap(({ decision }) => decision.mailboxes);
  }

  async #decide(mail: StoredMail, account: AccountView): Promise<Decision> {
    const view = mail.view();
    return this.flow.place(await this.flow.sort(account, view), view);
  }

  #decideShares(mail: StoredMail, shares: readonly RecipientShare[]): Promise<readonly DecidedShare[]> {
    return Promise.all(
      shares.map(async (share) => {
        const view = mail.view({ envelope: envelopeOf(share, mail.message.envelopeFrom) });
        const sorted = await this.flow.sort(share.account, view, addressesOf(share.outside));
        return { share, decision: await this.flow.place(sorted, view) };
      }),
    );
  }

  /** Other copies of it may have waited as well, or have passed meanwhile: a mailbox gets one. Where somebody releases it by hand, it is wanted in any case. */
  async #commit(mail: StoredMail, decision: Decision, isWanted = false): Promise<readonly MailboxRef[] | undefined> {
    const names = mail.message.origin === 'fetched' ? await mail.names() : undefined;
    const parts = { ...copyParts(mail, this.server.name, names), isWanted };
    return this.flow.commitAgain(mail.message, draft([decision], parts));
  }

  /** All copies and all Outbox entries in one commit: a crash in between would forget those that come later. */
  #commitShares({ message, header }: StoredMail, decided: readonly DecidedShare[]): Promise<readonly MailboxRef[] | undefined> {
    const origin = { id: message.id, host: this.server.name, receivedAt: message.receivedAt, header };
    const parts = submittedParts(submissionOf(message), decided, origin);
    return this.flow.commitAgain(
      message,
      draft(
        decided.map(({ decision }) => decision),
        parts,
      ),
    );
  }

  #accountOf(message: StoredMessage): AccountView {
    const account = message.account === undefined ? undefined : this.accounts.find(message.account);
    if (account === undefined) {
      throw new PostroomError(
        'user/unknown',
        `The account ${message.account ?? ''} that message ${message.id} came by is not set up any more; name the mailboxes to release it to.`,
      );
    }
    return account;
  }
}

/** As it was given in. A message that was kept without its client's words goes on without them. */
function submissionOf(message: StoredMessage): Submission {
  const { submission, author, envelopeFrom, envelopeRecipients } = message;
  return {
    author,
    from: envelopeFrom ?? '',
    recipients: submission?.recipients ?? envelopeRecipients.map((address) => ({ address })),
    client: submission?.client ?? { helo: 'unknown', address: '0.0.0.0', protocol: 'ESMTP' },
    ...(submission?.dsn !== undefined && { dsn: submission.dsn }),
  };
}
