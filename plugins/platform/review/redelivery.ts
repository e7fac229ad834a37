// Brings delivered mail to where it should have gone: where today's rules say, or where a person says. What a client has picked up stays with
// its user, and the answer says so.
import {
  type AccountView,
  isSameMailbox,
  type MailboxRef,
  type MessageId,
  mailboxName,
  PostroomError,
  type TrailEntry,
} from '@postroom/sdk';
import { createSortPlan, decisionReason, isSurplus, tellsRecipient } from '@postroom/sdk/mail';
import type { Accounts, CopyTrace, Decision, MailStore, Resorting, StoredMessage } from '@postroom/sdk/services';

/** What became of one message. Mailboxes by name. */
export interface RedeliveredMessage {
  readonly message: MessageId;
  readonly from: string;
  readonly subject: string;
  readonly rung: string | undefined;
  readonly added: readonly string[];
  readonly recalled: readonly string[];
  /** Mailboxes that should not have it, and whose user has picked it up. */
  readonly notRecalled: readonly string[];
  /** Why nothing was changed. */
  readonly problem?: string;
}

export class Redelivery {
  constructor(
    private readonly store: Pick<MailStore, 'message' | 'copies'>,
    private readonly sorting: Resorting,
    private readonly accounts: Pick<Accounts, 'find'>,
  ) {}

  /** Sorts by today's rules, delivers what is missing, recalls what is not picked up yet. `preview`: only says what it would do. */
  async again(message: StoredMessage, preview: boolean): Promise<RedeliveredMessage> {
    const refusal = this.#refusal(message);
    const account = message.account === undefined ? undefined : this.accounts.find(message.account);
    if (refusal !== undefined || account === undefined) {
      return unchanged(message, refusal ?? `The account ${message.account ?? ''} that it came by is not set up any more.`);
    }
    const view = await this.sorting.viewOf(message, { origin: 'resorted', rehearsal: preview });
    const decision = await this.sorting.place(await this.sorting.sort(account, view), view);
    if (decision.plan.disposition !== 'deliver') {
      return unchanged(
        message,
        `Today's rules would not deliver it (${decision.plan.disposition}: ${decisionReason(decision)}), so it stays where it is.`,
      );
    }
    if (isSurplus(message.trail) && !tellsRecipient(decision.plan)) {
      return unchanged(
        message,
        `It is a surplus copy: everybody whom the header names had this mail already. "postroom mailboxes move ${message.id} USER" takes it to whom it was for.`,
      );
    }
    return this.#bring(message, decision, preview);
  }

  /** Brings a message to one mailbox and takes it from the others. Rejects with `mail/not-found` where it is not delivered mail. */
  async move(id: MessageId, mailbox: MailboxRef): Promise<RedeliveredMessage> {
    const message = await this.store.message(id);
    if (message === undefined) {
      throw new PostroomError('mail/not-found', `No message ${id} is stored here. "postroom trace ${id}" says what became of it.`);
    }
    if (message.disposition !== 'deliver') {
      throw new PostroomError(
        'mail/not-found',
        `Message ${id} is set aside. "postroom held release ${id} ${mailboxName(mailbox)}" delivers it.`,
      );
    }
    const reason = 'moved by the administrator';
    const trail: TrailEntry = { tap: 'core/move', change: `+${mailboxName(mailbox)}`, reason, milliseconds: 0 };
    const plan = createSortPlan(this.#accountOf(message, mailbox)).to(mailbox, reason, message.rung);
    return this.#bring(message, { plan, trail: [trail], mailboxes: [mailbox] }, false);
  }

  async #bring(message: StoredMessage, decision: Decision, preview: boolean): Promise<RedeliveredMessage> {
    const copies = await this.store.copies(message.id);
    const isWanted = (copy: CopyTrace): boolean => decision.mailboxes.some((mailbox) => isSameMailbox(mailbox, copy.mailbox));
    // A user who deleted it after reading has had it.
    const had = copies.filter((copy) => copy.removedAt === undefined || copy.pickedUpAt !== undefined);
    const add = decision.mailboxes.filter((mailbox) => !had.some((copy) => isSameMailbox(copy.mailbox, mailbox)));
    const excess = copies.filter((copy) => copy.removedAt === undefined && !isWanted(copy)).map((copy) => copy.mailbox);
    const picked = had.filter((copy) => copy.pickedUpAt !== undefined && !isWanted(copy)).map((copy) => copy.mailbox);
    const result = { message: message.id, from: message.from, subject: message.subject, rung: decision.plan.rung };
    const recallable = excess.filter((mailbox) => !picked.some((other) => isSameMailbox(other, mailbox)));
    if (preview || (add.length === 0 && recallable.length === 0)) {
      return { ...result, added: add.map(mailboxName), recalled: recallable.map(mailboxName), notRecalled: picked.map(mailboxName) };
    }
    const placed = await this.sorting.commit(message, { ...decision, mailboxes: add }, recallable);
    if (placed === undefined) return unchanged(message, 'Somebody else sorted it meanwhile.');
    // A client may have been faster: what counts is what the store says now.
    const now = await this.store.copies(message.id);
    const kept = recallable.filter((mailbox) => now.some((copy) => copy.removedAt === undefined && isSameMailbox(copy.mailbox, mailbox)));
    return {
      ...result,
      added: placed.map(mailboxName),
      recalled: recallable.filter((mailbox) => !kept.includes(mailbox)).map(mailboxName),
      notRecalled: [...picked, ...kept].map(mailboxName),
    };
  }

  #refusal(message: StoredMessage): string | undefined {
    if (message.disposition !== 'deliver') {
      return `It is set aside; "postroom held release ${message.id}" delivers it.`;
    }
    return message.origin === 'fetched'
      ? undefined
      : 'Only mail from outside is sorted again: this was written here, and its envelope said whose it is.';
  }

  #accountOf(message: StoredMessage, mailbox: MailboxRef): AccountView {
    const ids = [message.account, mailbox.account].filter((id) => id !== undefined);
    return (
      ids.map((id) => this.accounts.find(id)).find((account) => account !== undefined) ??
      Object.freeze({ id: ids[0] ?? '', kind: '', via: '', address: '', domains: [], users: [] })
    );
  }
}

function unchanged(message: StoredMessage, problem: string): RedeliveredMessage {
  const { id, from, subject, rung } = message;
  return { message: id, from, subject, rung, added: [], recalled: [], notRecalled: [], problem };
}
