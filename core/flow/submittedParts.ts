// What a submitted message brings once its accounts have decided: the lines on top of its copies, and its entries in the Outbox. Pure.
// The same at the first time and when it was held.
import type { MessageId } from '@postroom/sdk';
import type { Header } from '@postroom/sdk/mail';
import type { OutboxDraft, Submission } from '@postroom/sdk/services';
import { submittedPrefix } from '../mail/prefix.js';
import type { Decision } from './draftUnit.js';
import type { RecipientShare } from './shareRecipients.js';

/** One account's recipients and what was decided for them. */
export interface DecidedShare {
  readonly share: RecipientShare;
  readonly decision: Decision;
}

export interface SubmittedParts {
  readonly prefix: (decision: Decision) => Uint8Array;
  readonly outbox: readonly OutboxDraft[];
}

export function submittedParts(
  submission: Submission,
  decided: readonly DecidedShare[],
  message: { readonly id: MessageId; readonly host: string; readonly receivedAt: Date; readonly header: Header },
): SubmittedParts {
  const prefix = ({ plan }: Decision): Uint8Array => submittedPrefix({ ...message, client: submission.client, plan });
  return { prefix, outbox: decided.flatMap(({ share, decision }) => outboxDrafts(share, submission, prefix(decision))) };
}

/** Nobody gets a message before all of its accounts agree: what was given out could not be told apart later. */
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
