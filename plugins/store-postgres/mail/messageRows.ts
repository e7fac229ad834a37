// StoredMessage and its row, both ways.
import type { Disposition, MailboxRef, MailOrigin, Rung, TrailEntry } from '@postroom/sdk';
import type { CopyEdit } from '@postroom/sdk/base';
import type { StoredMessage, SubmissionFacts } from '@postroom/sdk/services';
import type { Column } from '../engine/rowTable.js';

export interface MessageRow {
  readonly id: number;
  readonly origin: string;
  readonly account: string | null;
  readonly uidl: string | null;
  readonly received_at: number;
  readonly size: number;
  readonly content_hash: Uint8Array;
  readonly message_id: string;
  readonly sender: string;
  readonly subject: string;
  readonly disposition: string;
  readonly details: string;
}

/** What no query looks for. */
interface MessageDetails {
  readonly author?: MailboxRef;
  readonly envelopeFrom?: string;
  readonly envelopeRecipients: readonly string[];
  readonly headerSize: number;
  readonly reason: string;
  readonly rung?: Rung;
  readonly trail: readonly TrailEntry[];
  readonly concealed: readonly CopyEdit[];
  readonly submission?: SubmissionFacts;
}

export const MESSAGE_COLUMNS =
  'message.id, origin, message.account, uidl, received_at, message.size, content_hash, message.message_id, sender, subject, disposition, details';

/** A number that shall never be stored: nobody sees its row. */
export const VOID = 'void';

/** How a message becomes a row; `gone_at` depends on what becomes of its copies. */
export const MESSAGE_ROW: readonly Column<{ readonly number: number; readonly message: StoredMessage }>[] = [
  ['id', 'bigint', ({ number }) => number],
  ['origin', 'text', ({ message }) => message.origin],
  ['account', 'text', ({ message }) => message.account ?? null],
  ['uidl', 'text', ({ message }) => message.uidl ?? null],
  ['received_at', 'bigint', ({ message }) => message.receivedAt.getTime()],
  ['size', 'bigint', ({ message }) => message.size],
  ['content_hash', 'bytea', ({ message }) => Buffer.from(message.contentHash, 'hex')],
  ['message_id', 'text', ({ message }) => message.messageId],
  ['sender', 'text', ({ message }) => message.from],
  ['subject', 'text', ({ message }) => message.subject],
  ['disposition', 'text', ({ message }) => message.disposition],
  ['details', 'text', ({ message }) => messageDetails(message)],
];

export function messageDetails(message: StoredMessage): string {
  // JSON leaves `undefined` out.
  return JSON.stringify({
    author: message.author,
    envelopeFrom: message.envelopeFrom,
    envelopeRecipients: message.envelopeRecipients,
    headerSize: message.headerSize,
    reason: message.reason,
    rung: message.rung,
    trail: message.trail,
    concealed: message.concealed,
    submission: message.submission,
  });
}

export function storedMessage(row: MessageRow): StoredMessage {
  const details = JSON.parse(row.details) as MessageDetails;
  return {
    id: String(row.id),
    origin: row.origin as MailOrigin,
    account: row.account ?? undefined,
    // JSON has no `undefined`: ADMIN1's account comes back as a missing key.
    author: details.author && { account: details.author.account, user: details.author.user },
    envelopeFrom: details.envelopeFrom,
    envelopeRecipients: details.envelopeRecipients,
    uidl: row.uidl ?? undefined,
    receivedAt: new Date(row.received_at),
    size: row.size,
    headerSize: details.headerSize,
    contentHash: Buffer.from(row.content_hash).toString('hex'),
    messageId: row.message_id,
    from: row.sender,
    subject: row.subject,
    disposition: row.disposition as Disposition,
    reason: details.reason,
    rung: details.rung,
    trail: details.trail,
    concealed: details.concealed,
    ...(details.submission !== undefined && { submission: details.submission }),
  };
}
