// Mail from a LAN client: recipients here get it at once, the others wait in the Outbox; all in the commit that comes before the 250.
import type { Accepted, MailView } from '@postroom/sdk';
import { Accounts, type Submission, type Submissions } from '@postroom/sdk/services';
import { ServerName } from '../directory/serverName.js';
import { submittedPrefix } from '../mail/prefix.js';
import type { OutboxDraft } from '../store/mailStore.js';
import { type Decision, draftUnit } from './draftUnit.js';
import { IntakeStep, type StagedMail } from './intake.js';
import { Room } from './room.js';
import { type RecipientShare, shareRecipients } from './shareRecipients.js';

export class SubmitStep implements Submissions {
  constructor(
    @IntakeStep private readonly intake: IntakeStep,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @Room private readonly room: Room,
  ) {}

  async submit(octets: AsyncIterable<Uint8Array>, submission: Submission): Promise<Accepted & { readonly outside: number }> {
    const shares = shareRecipients(submission, this.accounts);
    const envelope = { from: submission.from, recipients: submission.recipients.map(({ address }) => address) };
    let outside = 0;
    const accepted = await this.intake.take(octets, { origin: 'submitted', author: submission.author, envelope }, async (staged) => {
      const decided: { share: RecipientShare; decision: Decision }[] = [];
      for (const share of shares) {
        decided.push({ share, decision: await this.#decide(share, staged, submission) });
      }
      const mail = staged.view();
      const origin = {
        id: mail.id,
        host: this.server.name,
        receivedAt: mail.receivedAt,
        header: staged.incoming.header,
        client: submission.client,
      };
      const outbox = decided
        .filter(({ decision }) => decision.plan.disposition === 'deliver')
        .flatMap(({ share, decision }) => outboxDrafts(share, submission, submittedPrefix({ ...origin, ...decision }, undefined)));
      outside = outbox.length;
      return draftUnit(
        mail,
        staged.incoming,
        decided.map(({ decision }) => decision),
        {
          account: submission.author?.account ?? shares[0]?.account.id,
          prefix: (decision, mailbox) => submittedPrefix({ ...origin, ...decision }, mailbox),
          journal: undefined,
          outbox,
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

function outboxDrafts(share: RecipientShare, submission: Submission, prefix: Uint8Array): readonly OutboxDraft[] {
  return share.outside.map((recipient) => ({
    account: share.account.id,
    from: submission.from,
    recipient: recipient.address,
    prefix,
    ret: submission.dsn?.ret,
    envid: submission.dsn?.envid,
    notify: recipient.dsn?.notify,
    orcpt: recipient.dsn?.orcpt,
  }));
}
