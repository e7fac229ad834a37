// Looks at stored mail again: what was held when a plugin failed, and what the administrator releases.
import { type AccountView, type MailboxRef, type MessageId, mailboxName, PostroomError, type TrailEntry } from '@postroom/sdk';
import { Accounts, createServiceId, Events } from '@postroom/sdk/services';
import { Log } from '../base/log.js';
import { ServerName } from '../directory/serverName.js';
import { readHeader } from '../mail/header.js';
import { fetchedPrefix, rangesOf } from '../mail/prefix.js';
import { createSortPlan } from '../mail/sortPlan.js';
import { MailStore, type ResortChange, type StoredMessage } from '../store/mailStore.js';
import type { Decision } from './draftUnit.js';
import { IntakeStep } from './intake.js';
import { shareRecipients } from './shareRecipients.js';
import { firstOctets, viewOfStored } from './storedMail.js';

export interface ResortStep {
  /** Sorts everything again that is on hold. Answers how many messages were delivered. Never rejects for one message's sake. */
  retryHeld(): Promise<number>;
  /** Delivers a message that was set aside: to the mailboxes named, else to where today's rules say. */
  release(
    message: MessageId,
    mailboxes: readonly MailboxRef[],
  ): Promise<{ readonly message: string; readonly mailboxes: readonly string[] }>;
}
export const ResortStep = createServiceId<ResortStep>('ResortStep');

export class DefaultResortStep implements ResortStep {
  constructor(
    @MailStore private readonly store: MailStore,
    @IntakeStep private readonly intake: IntakeStep,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
  ) {}

  async retryHeld(): Promise<number> {
    let delivered = 0;
    for (const message of (await this.store.setAside('hold')).toReversed()) {
      try {
        delivered += (await this.#again(message)) ? 1 : 0;
      } catch (error) {
        this.log.error('A held message could not be sorted again; it stays held.', { message: message.id, error: String(error) });
      }
    }
    return delivered;
  }

  async release(
    id: MessageId,
    mailboxes: readonly MailboxRef[],
  ): Promise<{ readonly message: string; readonly mailboxes: readonly string[] }> {
    const message = await this.store.message(id);
    if (message === undefined || message.disposition === 'deliver') {
      throw new PostroomError('mail/not-found', `No message ${id} is set aside. "postroom held list" shows those that are.`);
    }
    const account = this.#accountOf(message);
    const plan = mailboxes.reduce((so, mailbox) => so.to(mailbox, 'released by the administrator'), createSortPlan(account));
    const trail: TrailEntry = {
      tap: 'core/release',
      change: mailboxes.map((mailbox) => `+${mailboxName(mailbox)}`).join(', '),
      reason: 'released by the administrator',
      milliseconds: 0,
    };
    const decision = mailboxes.length > 0 ? { plan, trail: [trail], mailboxes } : await this.#sortAgain(message, account);
    if (decision.plan.disposition !== 'deliver' && mailboxes.length === 0) {
      throw new PostroomError(
        'mail/not-found',
        `Today's rules still set message ${id} aside: ${decision.plan.disposition}. Name the mailboxes to release it anyway.`,
      );
    }
    await this.#apply(message, decision, []);
    return { message: id, mailboxes: decision.mailboxes.map(mailboxName) };
  }

  async #again(message: StoredMessage): Promise<boolean> {
    if (message.origin === 'submitted') {
      return this.#submittedAgain(message);
    }
    const decision = await this.#sortAgain(message, this.#accountOf(message));
    if (decision.plan.disposition === 'hold' && decision.mailboxes.length === 0) {
      return false;
    }
    await this.#apply(message, decision, []);
    return decision.plan.disposition === 'deliver';
  }

  /** Held mail from a client: all of its accounts have to agree before any recipient gets it, as at the first time. */
  async #submittedAgain(message: StoredMessage): Promise<boolean> {
    const from = message.envelopeFrom ?? '';
    const recipients = message.envelopeRecipients.map((address) => ({ address }));
    const shares = shareRecipients(
      { author: message.author, from, recipients, client: { helo: '', address: '', protocol: '' } },
      this.accounts,
    );
    const decisions = await Promise.all(
      shares.map(async (share) => {
        const view = await viewOfStored(
          { ...message, envelopeRecipients: [...share.local, ...share.outside].map(({ address }) => address) },
          this.store,
        );
        return this.intake.decide(
          share.account,
          view,
          share.outside.map(({ address }) => address),
        );
      }),
    );
    if (decisions.some((decision) => decision.plan.disposition !== 'deliver')) {
      return false;
    }
    for (const [index, decision] of decisions.entries()) {
      const share = shares[index];
      const outbox = (share?.outside ?? []).map(({ address }) => ({
        account: share?.account.id ?? '',
        from,
        recipient: address,
        prefix: new Uint8Array(),
        ret: undefined,
        envid: undefined,
        notify: undefined,
        orcpt: undefined,
      }));
      await this.#apply(message, decision, outbox);
    }
    return true;
  }

  async #sortAgain(message: StoredMessage, account: AccountView): Promise<Decision> {
    return this.intake.decide(account, await viewOfStored(message, this.store), []);
  }

  async #apply(message: StoredMessage, decision: Decision, outbox: ResortChange['outbox']): Promise<void> {
    const { plan, trail, mailboxes } = decision;
    const header = readHeader(await firstOctets(this.store.read(message.id), message.headerSize));
    const origin = {
      id: message.id,
      host: this.server.name,
      receivedAt: message.receivedAt,
      header,
      plan,
      trail,
      server: plan.account.address,
    };
    const { placed } = await this.store.resort(message.id, {
      disposition: plan.disposition,
      reason: plan.disposition === 'deliver' ? '' : message.reason,
      rung: plan.rung,
      trail: [...message.trail, ...trail],
      concealed: rangesOf(header, plan.concealed),
      add: mailboxes.map((mailbox) => ({ mailbox, prefix: fetchedPrefix(origin, mailbox), duplicateKey: undefined })),
      recall: [],
      outbox,
    });
    this.events.emit({ type: 'accepted', message: message.id, origin: 'resorted', mailboxes: placed });
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
