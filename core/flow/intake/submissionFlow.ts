// Mail from a LAN client or a plugin: recipients here get it at once, the others wait in the Outbox; all in the commit that comes before the 250.
import { type Accepted, PostroomError } from '@postroom/sdk';
import { Accounts, type Decision, ServerName, type Submission, type Submissions } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import type { NewMailDraft } from '../commitUnit.js';
import { draft } from '../draft.js';
import { MessageFlow } from '../messageFlow.js';
import { OutcomeUnknown } from '../settling.js';
import { DiskSpace } from './diskSpace.js';
import { addressesOf, envelopeOf, type RecipientShare, shareRecipients } from './shareRecipients.js';
import type { StagedMail } from './stagedMail.js';
import { type DecidedShare, mustWait, submittedParts } from './submittedParts.js';
import { UnsettledSubmissions } from './unsettledSubmissions.js';

type Taken = Accepted & { readonly outside: number };

export class SubmissionFlow implements Submissions {
  constructor(
    @inject(MessageFlow) private readonly flow: MessageFlow,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @inject(DiskSpace) private readonly disk: DiskSpace,
    @inject(UnsettledSubmissions) private readonly unsettled: UnsettledSubmissions,
  ) {}

  async submit(octets: AsyncIterable<Uint8Array>, submission: Submission): Promise<Taken> {
    const shares = shareRecipients(submission, this.accounts);
    const { author, from, recipients } = submission;
    const mail = await this.flow.read(octets, {
      origin: 'submitted',
      author,
      envelope: { from, recipients: addressesOf(recipients) },
      mode: 'plainly',
    });
    const former = await this.#former(mail, submission);
    if (former !== undefined) return former;
    const drafted = this.#draft(mail, submission, shares);
    try {
      const accepted = await this.flow.commit(mail, drafted);
      return { ...accepted, outside: (await drafted).outbox.length };
    } catch (error) {
      if (error instanceof OutcomeUnknown) this.unsettled.remember(submission, error.unit);
      throw error;
    }
  }

  /** The same submission, where a former try of it turns out to be stored: its client was told to try again. Where that stays unknown, nothing is stored now either. */
  async #former({ body, content }: StagedMail, submission: Submission): Promise<Taken | undefined> {
    const { contentHash } = content;
    const unit = this.unsettled.find(submission, contentHash);
    if (unit === undefined) return undefined;
    let accepted: Accepted | undefined;
    try {
      accepted = await this.flow.settle(unit);
    } catch (error) {
      await body.discard();
      throw error;
    }
    this.unsettled.forget(submission, contentHash);
    if (accepted === undefined) return undefined;
    await body.discard();
    return { ...accepted, outside: unit.outbox.length };
  }

  trouble(): Promise<PostroomError | undefined> {
    return this.disk.trouble();
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
