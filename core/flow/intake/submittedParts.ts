// What a submitted message brings once its accounts have decided: the lines on top of its copies, and its entries in the Outbox. The same when it comes
// in and after it was held. Pure.
import type { MessageId } from '@postroom/sdk';
import type { Header } from '@postroom/sdk/mail';
import type { Decision, OutboxDraft, Submission } from '@postroom/sdk/services';
import { submittedPrefix } from '../../mail/prefix.js';
import type { DraftParts } from '../draft.js';
import type { RecipientShare } from './shareRecipients.js';

/** One account's recipients and what was decided for them. */
export interface DecidedShare {
  readonly share: RecipientShare;
  readonly decision: Decision;
}

export function submittedParts(
  submission: Submission,
  decided: readonly DecidedShare[],
  message: { readonly id: MessageId; readonly host: string; readonly receivedAt: Date; readonly header: Header },
): DraftParts {
  const prefix = ({ plan }: Decision): Uint8Array => submittedPrefix({ ...message, client: submission.client, plan });
  return {
    header: message.header,
    prefix,
    outbox: decided.flatMap(({ share, decision }) => outboxDrafts(share, submission, prefix(decision))),
  };
}

/** A message waits as a whole until all of its accounts agree: which copies went out already could not be told apart later. */
export function mustWait(decided: readonly DecidedShare[]): boolean {
  return decided.some(({ decision }) => decision.plan.disposition !== 'deliver');
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
