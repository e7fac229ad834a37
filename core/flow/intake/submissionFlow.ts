// Mail from a LAN client or a plugin: recipients here get it at once, the others wait in the Outbox; all in the commit that comes before the 250.
import { type Accepted, PostroomError } from '@postroom/sdk';
import { Accounts, type Decision, ServerName, type Submission, type Submissions } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import type { NewMailDraft } from '../commitUnit.js';
import { draft } from '../draft.js';
import { MessageFlow } from '../messageFlow.js';
import { DiskSpace } from './diskSpace.js';
import { addressesOf, envelopeOf, type RecipientShare, shareRecipients } from './shareRecipients.js';
import type { StagedMail } from './stagedMail.js';
import { type DecidedShare, mustWait, submittedParts } from './submittedParts.js';

export class SubmissionFlow implements Submissions {
  constructor(
    @inject(MessageFlow) private readonly flow: MessageFlow,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @inject(DiskSpace) private readonly disk: DiskSpace,
  ) {}

  async submit(octets: AsyncIterable<Uint8Array>, submission: Submission): Promise<Accepted & { readonly outside: number }> {
    const shares = shareRecipients(submission, this.accounts);
    const { author, from, recipients } = submission;
    const mail = await this.flow.read(octets, {
      origin: 'submitted',
      author,
      envelope: { from, recipients: addressesOf(recipients) },
      mode: 'plainly',
    });
    const drafted = this.#draft(mail, submission, shares);
    const accepted = await this.flow.commit(mail, drafted);
    return { ...accepted, outside: (await drafted).outbox.length };
  }

  full(): Promise<string | undefined> {
    return this.disk.problem();
  }

  async #draft(mail: StagedMail, submission: Submission, shares: readonly RecipientShare[]): Promise<NewMailDraft> {
    const decided: DecidedShare[] = [];
    for (const share of shares) {
      const view = mail.view(envelopeOf(share, submission.from));
      const decision = await this.flow.place(await this.flow.sort(share.account, view, addressesOf(share.outside)), view);
      refuse(decision);
      decided.push({ share, decision });
    }
    const waits = mustWait(decided);
    const { header } = mail.content;
    const parts = submittedParts(submission, waits ? [] : decided, {
      id: mail.body.id,
      host: this.server.name,
      receivedAt: mail.receivedAt,
      header,
    });
    const decisions = decided.map(({ decision }) => (waits ? { ...decision, mailboxes: [] } : decision));
    const account = submission.author?.account ?? shares[0]?.account.id;
    return { ...draft(decisions, parts), account, ...(waits && { submission }) };
  }
}

/** A tap that quarantines with the tag `refused` has the client told. Nothing is stored then. */
function refuse({ plan, trail }: Decision): void {
  if (plan.disposition === 'quarantine' && plan.tags.includes('refused')) {
    const reason = trail.find((entry) => entry.change.includes('tag refused'))?.reason;
    throw new PostroomError('mail/refused', `The message was not taken in: ${reason ?? 'a rule of the account refuses it'}.`);
  }
}
