// Mail that Postroom wrote itself: bounces, and notices to users and ADMIN1. It is not sorted: its writer names the mailboxes.
import type { Accepted, AccountView, MailboxRef } from '@postroom/sdk';
import { createSortPlan } from '@postroom/sdk/mail';
import { Accounts, Clock, type IntakeUnit, type Notices, ServerName, type ServerNotice } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { composeNotice } from '../../mail/notice.js';
import { ownPrefix } from '../../mail/prefix.js';
import type { NewMailDraft } from '../commitUnit.js';
import { draft } from '../draft.js';
import { MessageFlow } from '../messageFlow.js';
import type { IntakeSource, StagedMail } from './stagedMail.js';

const WRITTEN_HERE: IntakeSource = { origin: 'bounce', author: undefined, envelope: { from: '', recipients: [] }, mode: 'plainly' };
/** Stands for the account of mail to ADMIN1 that came by none. */
const NO_ACCOUNT: AccountView = { id: '', kind: '', via: '', address: '', domains: [], users: [] };

/** What a message says of the Outbox or of mail at an ISP: it is one commit with the message. `fence`: of the lease under which that was found out. */
export type OwnMailFacts = Pick<IntakeUnit, 'settles' | 'tells' | 'fence'>;

export class OwnMail implements Notices {
  constructor(
    @inject(MessageFlow) private readonly flow: MessageFlow,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @Clock private readonly clock: Clock,
  ) {}

  async notify({ mailbox, subject, lines, reason }: ServerNotice): Promise<Accepted> {
    const host = this.server.name;
    const account = mailbox.account === undefined ? undefined : this.accounts.find(mailbox.account);
    const to = account?.address ?? `${mailbox.user}@${host}`;
    return this.deliver(composeNotice({ host, to, subject, lines, now: this.clock.now() }), [mailbox], reason);
  }

  /** Puts a message in CRLF form into these mailboxes. `reason`: for its trail. Rejects as MessageFlow.commit. */
  async deliver(octets: Uint8Array, mailboxes: readonly MailboxRef[], reason: string, facts: OwnMailFacts = {}): Promise<Accepted> {
    const mail = await this.flow.read(once(octets), WRITTEN_HERE);
    return this.flow.commit(mail, this.#draft(mail, mailboxes, reason, facts));
  }

  async #draft(mail: StagedMail, mailboxes: readonly MailboxRef[], reason: string, facts: OwnMailFacts): Promise<NewMailDraft> {
    const filedUnder = mailboxes.find((mailbox) => mailbox.account !== undefined)?.account;
    const account = (filedUnder === undefined ? undefined : this.accounts.find(filedUnder)) ?? NO_ACCOUNT;
    const plan = mailboxes.reduce((before, mailbox) => before.to(mailbox, reason), createSortPlan(account));
    const decision = await this.flow.place({ plan, trail: [] }, mail.view());
    const { header } = mail.content;
    const origin = { id: mail.body.id, host: this.server.name, receivedAt: mail.receivedAt, header };
    return { ...draft([decision], { header, prefix: (own) => ownPrefix({ ...origin, plan: own.plan }) }), ...facts, account: filedUnder };
  }
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}
