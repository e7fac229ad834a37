// Mail that a plugin collected from an account's ISP: it is durable before the plugin may delete it there.
import { type Accepted, type AccountView, ADMIN1, type FetchedFrom, type Intake } from '@postroom/sdk';
import { Accounts, type Decision, type Fence, type JournalDraft, ServerName, type SurplusDraft } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { messageIdOf } from '../../mail/duplicateKey.js';
import { fetchedPrefix } from '../../mail/prefix.js';
import type { NewMailDraft } from '../commitUnit.js';
import { type DraftParts, draft } from '../draft.js';
import { setAsideUnread } from '../held/poisonMessage.js';
import { MessageFlow } from '../messageFlow.js';
import type { IntakeSource, StagedMail } from './stagedMail.js';
import { surplusOf } from './surplusCopy.js';

/** Its envelope is used up by the ISP. */
const FROM_ISP: IntakeSource = {
  origin: 'fetched',
  author: undefined,
  envelope: { from: undefined, recipients: [] },
  mode: 'for duplicates',
};
/** Reading it has brought the server down. */
const UNREAD: IntakeSource = { ...FROM_ISP, mode: 'unread' };

interface Collected {
  readonly account: AccountView;
  readonly fence: Fence;
}

export class FetchedMail {
  constructor(
    @inject(MessageFlow) private readonly flow: MessageFlow,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
  ) {}

  /** The door for one account's mail, collected under the lease of `fence`. */
  forAccount(account: AccountView, fence: Fence): Intake {
    return { accept: (octets, from) => this.#accept({ account, fence }, octets, from) };
  }

  async #accept(collected: Collected, octets: AsyncIterable<Uint8Array>, from: FetchedFrom): Promise<Accepted> {
    const mail = await this.flow.read(octets, from.unread === true ? UNREAD : FROM_ISP);
    return this.flow.commit(mail, this.#draft(mail, collected, from));
  }

  async #draft(mail: StagedMail, { account, fence }: Collected, from: FetchedFrom): Promise<NewMailDraft> {
    const view = mail.view();
    // A round may last an hour; the users of the account may change in it.
    const current = this.accounts.find(account.id) ?? account;
    const decision = from.unread === true ? setAsideUnread(current) : await this.flow.place(await this.flow.sort(current, view), view);
    const parts = this.#parts(mail, from);
    const surplus = surplusDraft(decision, parts);
    return {
      ...draft([decision], parts),
      account: account.id,
      journal: journalDraft(account, from),
      fence,
      ...(surplus !== undefined && { surplus }),
    };
  }

  #parts({ body, content, receivedAt }: StagedMail, from: FetchedFrom): DraftParts {
    const { header, duplicateKey } = content;
    const origin = { id: body.id, host: this.server.name, receivedAt, header, server: from.server };
    return { header, duplicateKey, prefix: ({ plan }) => fetchedPrefix({ ...origin, plan }) };
  }
}

/** Copies without a Message-ID are taken for two mails rather than for one and a surplus copy: a device sends such ones. */
function surplusDraft(decision: Decision, { header, duplicateKey, prefix }: DraftParts): SurplusDraft | 'accounted for' | undefined {
  const surplus = messageIdOf(header) === '' ? undefined : surplusOf(decision);
  if (surplus === undefined || surplus === 'accounted for') return surplus;
  const placement = { mailbox: ADMIN1, prefix: prefix(surplus.decision), duplicateKey, isWanted: true };
  return { recipients: surplus.recipients, placement, rung: 'L7', trail: surplus.decision.trail };
}

function journalDraft({ id }: AccountView, { uidl, listedSize, headerPrint, maybeRenamed }: FetchedFrom): JournalDraft {
  return { account: id, uidl, listedSize, ...(headerPrint !== undefined && { headerPrint }), maybeRenamed: maybeRenamed === true };
}
