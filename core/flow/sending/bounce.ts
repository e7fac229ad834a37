// Tells an author what became of mail to the outside: a notice (RFC 3464) into the local mailbox, so that it works with the ISP down.
import { ADMIN1, type MailboxRef } from '@postroom/sdk';
import {
  Accounts,
  Clock,
  Log,
  MailStore,
  Outbox,
  type OutboxEntry,
  type OutboxUpdate,
  ServerName,
  type StoredMessage,
} from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { composeBounce, isNoticeWanted } from '../../mail/bounce.js';
import { OwnMail } from '../intake/ownMail.js';

/** What a notice is about: see BounceKind. */
export type NoticeKind = 'failed' | 'delayed' | 'unsure';

export interface FailedRecipient {
  readonly entry: OutboxEntry;
  readonly update: OutboxUpdate;
}

const REASONS: Readonly<Record<NoticeKind, string>> = { failed: 'could not be sent', delayed: 'is late', unsure: 'may have arrived' };

export class BounceStep {
  constructor(
    @inject(OwnMail) private readonly ownMail: OwnMail,
    @MailStore private readonly store: MailStore,
    @Outbox private readonly outbox: Outbox,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @Clock private readonly clock: Clock,
    @Log private readonly log: Log,
  ) {}

  /**
   * One notice for all recipients given, in one commit with what their tries came to. No notice for a null sender (RFC 5321
   * section 4.5.5): ADMIN1 is told by the log. Of what somebody has to decide on (`unsure`) ADMIN1 is told where no author can be.
   */
  async report(message: StoredMessage, kind: NoticeKind, recipients: readonly FailedRecipient[]): Promise<void> {
    const settles = recipients.map(({ update }) => update);
    const wanted = recipients.filter(({ entry }) => isNoticeWanted(kind, entry.notify));
    const from = recipients[0]?.entry.from ?? '';
    const isForAdmin = kind === 'unsure' && (wanted.length === 0 || from === '');
    const [told, to] = isForAdmin ? [recipients, `postmaster@${this.server.name}`] : [wanted, from];
    if (told.length === 0 || to === '') {
      if (recipients.length > 0) {
        await this.outbox.report(settles);
        this.log.warn('Mail was not sent and nobody is told: it has no sender, or its author asked not to be.', {
          message: message.id,
          kind,
        });
      }
      return;
    }
    const [first] = told;
    const now = this.clock.now();
    const notice = await composeBounce({
      kind,
      host: this.server.name,
      to,
      recipients: told.map(({ entry, update: { receipt } }) => ({
        address: entry.recipient,
        status: receipt.status,
        text: receipt.text,
        lastAttempt: now,
        ...(entry.orcpt !== undefined && { orcpt: entry.orcpt }),
        ...(receipt.remote !== undefined && { remote: receipt.remote }),
      })),
      arrivedAt: message.receivedAt,
      now,
      ...(first?.entry.envid !== undefined && { envid: first.entry.envid }),
      ...(first?.entry.ret !== undefined && { ret: first.entry.ret }),
      original: { subject: message.subject, messageId: message.messageId, size: message.size, read: () => this.store.read(message.id) },
    });
    const mailbox = isForAdmin ? ADMIN1 : this.#authorOf(message);
    await this.ownMail.deliver(notice, [mailbox], `${REASONS[kind]}: message ${message.id}`, { settles });
  }

  /** The author's mailbox; ADMIN1's for a device without a login, or when the user is gone. */
  #authorOf(message: StoredMessage): MailboxRef {
    const { author } = message;
    return author !== undefined && (author.account === undefined || this.accounts.user(author) !== undefined) ? author : ADMIN1;
  }
}
