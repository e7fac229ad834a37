// A draft in the store's words: as a new message, or as a change of one that is stored. Pure.
import type { MailboxRef } from '@postroom/sdk';
import type { IntakeUnit, ResortChange, StoredMessage, Submission } from '@postroom/sdk/services';
import { messageIdOf } from '../mail/duplicateKey.js';
import type { Draft } from './draft.js';
import type { StagedMail } from './intake/stagedMail.js';

/** A new message: what was decided, and what else it brings along. */
export interface NewMailDraft extends Draft, Pick<IntakeUnit, 'surplus' | 'settles' | 'tells' | 'fence'> {
  /** Account that the message is filed under. */
  readonly account: string | undefined;
  readonly journal?: IntakeUnit['journal'];
  /** What a client submitted, for a message that has to wait. */
  readonly submission?: Submission;
}

/** Characters of From and Subject that lists show. */
const SHOWN = 200;

/** A new message and all that it changes. */
export function unitOf(mail: StagedMail, draft: NewMailDraft): IntakeUnit {
  const { placements, outbox, journal, surplus, settles, tells, fence } = draft;
  return {
    body: mail.body,
    message: messageOf(mail, draft),
    placements,
    outbox,
    journal,
    ...(surplus !== undefined && { surplus }),
    ...(settles !== undefined && { settles }),
    ...(tells !== undefined && { tells }),
    ...(fence !== undefined && { fence }),
  };
}

function messageOf({ body, content, source, receivedAt }: StagedMail, draft: NewMailDraft): StoredMessage {
  const { header, contentHash } = content;
  const { account, journal, submission, disposition, reason, rung, trail, concealed } = draft;
  return {
    id: body.id,
    origin: source.origin,
    account,
    author: source.author,
    envelopeFrom: source.envelope.from,
    envelopeRecipients: source.envelope.recipients,
    uidl: journal?.uidl,
    receivedAt,
    size: body.size,
    headerSize: header.size,
    contentHash,
    messageId: messageIdOf(header),
    from: (header.first('from')?.value ?? '').slice(0, SHOWN),
    subject: (header.first('subject')?.value ?? '').slice(0, SHOWN),
    disposition,
    reason,
    rung,
    trail,
    concealed,
    submission: submission && { client: submission.client, dsn: submission.dsn, recipients: submission.recipients },
  };
}

/** A stored message that was sorted again: copies are added, its trail goes on. `recall`: mailboxes that should not have it. */
export function changeOf(message: StoredMessage, draft: Draft, recall: readonly MailboxRef[]): ResortChange {
  const { disposition, rung, trail, concealed, placements, outbox } = draft;
  return {
    from: message.disposition,
    disposition,
    // What stays set aside keeps the reason why it was.
    reason: disposition === 'deliver' ? '' : message.reason,
    rung,
    trail: [...message.trail, ...trail],
    concealed,
    add: placements,
    recall,
    outbox,
  };
}
