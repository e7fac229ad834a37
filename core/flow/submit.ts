// Mail from a LAN client: recipients here get it at once, the others wait in the Outbox; all in the commit that comes before the 250.
import { type Accepted, type MailView, PostroomError } from '@postroom/sdk';
import { Accounts, ServerName, type Submission, type Submissions } from '@postroom/sdk/services';
import { DiskSpace } from '../upkeep/diskSpace.js';
import { type Decision, draftUnit } from './draftUnit.js';
import { IntakeStep, type StagedMail } from './intake.js';
import { type RecipientShare, shareRecipients } from './shareRecipients.js';
import { type DecidedShare, mustWait, submittedParts } from './submittedParts.js';

export class SubmitStep implements Submissions {
  constructor(
    @IntakeStep private readonly intake: IntakeStep,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @DiskSpace private readonly room: DiskSpace,
  ) {}

  async submit(octets: AsyncIterable<Uint8Array>, submission: Submission): Promise<Accepted & { readonly outside: number }> {
    const shares = shareRecipients(submission, this.accounts);
    const envelope = { from: submission.from, recipients: submission.recipients.map(({ address }) => address) };
    let outside = 0;
    const accepted = await this.intake.take(octets, { origin: 'submitted', author: submission.author, envelope }, async (staged) => {
      const decided: DecidedShare[] = [];
      for (const share of shares) {
        const decision = await this.#decide(share, staged, submission);
        refuse(decision);
        decided.push({ share, decision });
      }
      const mail = staged.view();
      const waits = mustWait(decided);
      const { prefix, outbox } = submittedParts(submission, waits ? [] : decided, {
        id: mail.id,
        host: this.server.name,
        receivedAt: mail.receivedAt,
        header: staged.incoming.header,
      });
      outside = outbox.length;
      return draftUnit(
        mail,
        staged.incoming,
        decided.map(({ decision }) => (waits ? { ...decision, mailboxes: [] } : decision)),
        {
          account: submission.author?.account ?? shares[0]?.account.id,
          prefix,
          journal: undefined,
          outbox,
          ...(waits && { submission }),
        },
      );
    });
    return { ...accepted, outside };
  }

  full(): Promise<string | undefined> {
    return this.room.problem();
  }

  /** The plan of an account sees its own recipients and those that leave through it, and nobody else's. */
  #decide(share: RecipientShare, staged: StagedMail, submission: Submission): Promise<Decision> {
    const view: MailView = staged.view({
      from: submission.from,
      recipients: [...share.local, ...share.outside].map(({ address }) => address),
    });
    return this.intake.decide(
      share.account,
      view,
      share.outside.map(({ address }) => address),
    );
  }
}

/** A tap that quarantines with the tag `refused` wants the client to hear of it. Nothing is stored then. */
function refuse({ plan, trail }: Decision): void {
  if (plan.disposition === 'quarantine' && plan.tags.includes('refused')) {
    const reason = trail.find((entry) => entry.change.includes('tag refused'))?.reason;
    throw new PostroomError('mail/refused', `The message was not taken in: ${reason ?? 'a rule of the account refuses it'}.`);
  }
}
