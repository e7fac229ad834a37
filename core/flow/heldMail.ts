// Mail that is set aside: held while a plugin fails, looked at again by every round; and what the administrator releases.
import { type AccountView, type MailboxRef, type MessageId, mailboxName, PostroomError, type TrailEntry } from '@postroom/sdk';
import { createSortPlan, editsOf, type Header, readHeader } from '@postroom/sdk/mail';
import {
  Accounts,
  createServiceId,
  Events,
  Log,
  MailStore,
  PluginStorages,
  type ResortChange,
  ServerName,
  type StoredMessage,
  type Submission,
} from '@postroom/sdk/services';
import { CrashLoopGuard } from './crashLoopGuard.js';
import type { Decision } from './draftUnit.js';
import { IntakeStep } from './intake.js';
import { resortDraft } from './resortDraft.js';
import { type RecipientShare, shareRecipients } from './shareRecipients.js';
import { contentNamesOf, firstOctets, viewOfStored } from './storedMail.js';
import { type DecidedShare, mustWait, submittedParts } from './submittedParts.js';

export interface HeldMailStep {
  /** Sorts everything again that is on hold. Answers how many messages were delivered. Never rejects for one message's sake. */
  retryHeld(): Promise<number>;
  /** Delivers a message that was set aside: to the mailboxes named, else to where today's rules say. */
  release(
    message: MessageId,
    mailboxes: readonly MailboxRef[],
  ): Promise<{ readonly message: string; readonly mailboxes: readonly string[] }>;
}
export const HeldMailStep = createServiceId<HeldMailStep>('HeldMailStep');

export class StoredHeldMailStep implements HeldMailStep {
  readonly #sorting: CrashLoopGuard;
  #retrying: Promise<unknown> = Promise.resolve();

  constructor(
    @MailStore private readonly store: MailStore,
    @IntakeStep private readonly intake: IntakeStep,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
    @PluginStorages states: PluginStorages,
  ) {
    this.#sorting = new CrashLoopGuard('resorting', states.forPlugin('core'));
  }

  /** One after the other: two at once would sort a message twice. */
  retryHeld(): Promise<number> {
    const retried = this.#retrying.then(() => this.#retryHeld());
    this.#retrying = retried.catch(() => undefined);
    return retried;
  }

  async #retryHeld(): Promise<number> {
    let delivered = 0;
    const held = (await this.store.setAside('hold')).toReversed();
    await this.#sorting.each(
      held,
      async (message) => {
        try {
          delivered += (await this.#again(message)) ? 1 : 0;
        } catch (error) {
          // Deleted meanwhile.
          if (error instanceof PostroomError && error.code === 'mail/not-found') return;
          this.log.error('A held message could not be sorted again; it stays held.', { message: message.id, error: String(error) });
        }
      },
      (message) => this.#quarantine(message),
    );
    return delivered;
  }

  /** The process has died of sorting it again and again: from now on no round looks into it. */
  async #quarantine(message: StoredMessage): Promise<void> {
    const reason = 'sorting it again brought the server down three times; "held release" delivers it, "held delete" removes it';
    this.log.error('A held message is set aside for the administrator.', { message: message.id, reason });
    const { rung, concealed } = message;
    const trail = [...message.trail, { tap: 'core/poison', change: 'quarantine', reason, milliseconds: 0 }];
    await this.store.resort(message.id, {
      from: 'hold',
      disposition: 'quarantine',
      reason,
      rung,
      trail,
      concealed,
      add: [],
      recall: [],
      outbox: [],
    });
  }

  async release(
    id: MessageId,
    mailboxes: readonly MailboxRef[],
  ): Promise<{ readonly message: string; readonly mailboxes: readonly string[] }> {
    const message = await this.store.message(id);
    if (message === undefined || message.disposition === 'deliver') {
      throw noLongerAside(id);
    }
    const named = mailboxes.length > 0 ? releaseTo(mailboxes, this.#accountOf(message)) : undefined;
    const placed =
      message.origin === 'submitted' ? await this.#releaseSubmitted(message, named) : await this.#releaseFetched(message, named);
    return { message: id, mailboxes: placed.map(mailboxName) };
  }

  async #releaseFetched(message: StoredMessage, named: Decision | undefined): Promise<readonly MailboxRef[]> {
    const decision = named ?? (await this.#sortAgain(message, this.#accountOf(message)));
    if (decision.plan.disposition !== 'deliver') {
      throw stillAside(message, decision);
    }
    if (!(await this.#apply(message, decision, { isWanted: true }))) throw noLongerAside(message.id);
    return decision.mailboxes;
  }

  /** Recipients outside get it in any case: their sender was told so. */
  async #releaseSubmitted(message: StoredMessage, named: Decision | undefined): Promise<readonly MailboxRef[]> {
    const submission = submissionOf(message);
    const shares = shareRecipients(submission, this.accounts);
    const decided = named === undefined ? await this.#decide(message, shares) : [...shares.map(outsideOnly), ownShare(named)];
    const waiting = decided.find(({ decision }) => decision.plan.disposition !== 'deliver');
    if (waiting !== undefined) {
      throw stillAside(message, waiting.decision);
    }
    if (!(await this.#sendOn(message, submission, decided))) throw noLongerAside(message.id);
    return decided.flatMap(({ decision }) => decision.mailboxes);
  }

  async #again(message: StoredMessage): Promise<boolean> {
    if (message.origin === 'submitted') {
      return this.#submittedAgain(message);
    }
    const decision = await this.#sortAgain(message, this.#accountOf(message));
    if (decision.plan.disposition === 'hold' && decision.mailboxes.length === 0) {
      return false;
    }
    return (await this.#apply(message, decision)) && decision.plan.disposition === 'deliver';
  }

  /** Held mail from a client: all of its accounts have to agree before any recipient gets it, as at the first time. */
  async #submittedAgain(message: StoredMessage): Promise<boolean> {
    const submission = submissionOf(message);
    const decided = await this.#decide(message, shareRecipients(submission, this.accounts));
    if (mustWait(decided)) {
      return false;
    }
    return this.#sendOn(message, submission, decided);
  }

  #decide(message: StoredMessage, shares: readonly RecipientShare[]): Promise<readonly DecidedShare[]> {
    return Promise.all(
      shares.map(async (share) => {
        const outside = share.outside.map(({ address }) => address);
        const envelopeRecipients = [...share.local.map(({ address }) => address), ...outside];
        const view = await viewOfStored({ ...message, envelopeRecipients }, this.store);
        return { share, decision: await this.intake.decide(share.account, view, outside) };
      }),
    );
  }

  /** All copies and all Outbox entries in one commit: a crash in between would forget whoever comes later. */
  async #sendOn(message: StoredMessage, submission: Submission, decided: readonly DecidedShare[]): Promise<boolean> {
    const header = await this.#headerOf(message);
    const about = { id: message.id, host: this.server.name, receivedAt: message.receivedAt, header };
    const { prefix, outbox } = submittedParts(submission, decided, about);
    const plans = decided.map(({ decision }) => decision.plan);
    return this.#resort(message, {
      from: message.disposition,
      disposition: 'deliver',
      reason: '',
      rung: plans.find((plan) => plan.rung !== undefined)?.rung,
      trail: [...message.trail, ...decided.flatMap(({ decision }) => decision.trail)],
      concealed: editsOf(header, [...new Set(plans.flatMap((plan) => plan.concealed))]),
      add: decided.flatMap(({ decision }) =>
        decision.mailboxes.map((mailbox) => ({ mailbox, prefix: prefix(decision), duplicateKey: undefined })),
      ),
      recall: [],
      outbox,
    });
  }

  async #sortAgain(message: StoredMessage, account: AccountView): Promise<Decision> {
    return this.intake.decide(account, await viewOfStored(message, this.store), []);
  }

  /** Its copies may have waited as well, or have passed meanwhile: nobody gets two. Who releases a message by hand wants it in any case. */
  async #apply(message: StoredMessage, decision: Decision, { isWanted = false } = {}): Promise<boolean> {
    const names = message.origin === 'fetched' ? await contentNamesOf(message, this.store) : { header: await this.#headerOf(message) };
    return this.#resort(message, resortDraft(message, decision, { host: this.server.name, isWanted, ...names }));
  }

  /** False: somebody else was faster, such as a round while an administrator released it. */
  async #resort(message: StoredMessage, change: ResortChange): Promise<boolean> {
    const done = await this.store.resort(message.id, change);
    if (done !== undefined) {
      this.events.emit({ type: 'accepted', message: message.id, origin: 'resorted', mailboxes: done.placed });
    }
    return done !== undefined;
  }

  async #headerOf(message: StoredMessage): Promise<Header> {
    return readHeader(await firstOctets(this.store.read(message.id), message.headerSize));
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

function noLongerAside(id: MessageId): PostroomError {
  return new PostroomError('mail/not-found', `No message ${id} is set aside. "postroom held list" shows those that are.`);
}

function releaseTo(mailboxes: readonly MailboxRef[], account: AccountView): Decision {
  const reason = 'released by the administrator';
  const trail: TrailEntry = {
    tap: 'core/release',
    change: mailboxes.map((mailbox) => `+${mailboxName(mailbox)}`).join(', '),
    reason,
    milliseconds: 0,
  };
  return { plan: mailboxes.reduce((plan, mailbox) => plan.to(mailbox, reason), createSortPlan(account)), trail: [trail], mailboxes };
}

function outsideOnly(share: RecipientShare): DecidedShare {
  const outside = share.outside.map(({ address }) => address);
  return { share, decision: { plan: createSortPlan(share.account, outside), trail: [], mailboxes: [] } };
}

function ownShare(decision: Decision): DecidedShare {
  return { share: { account: decision.plan.account, local: [], outside: [] }, decision };
}

function stillAside({ id }: StoredMessage, { plan }: Decision): PostroomError {
  return new PostroomError(
    'mail/not-found',
    `Today's rules still set message ${id} aside: ${plan.disposition}. Name the mailboxes to release it anyway.`,
  );
}
