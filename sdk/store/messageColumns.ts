// A message as every store writes it down: what queries look for in columns, the rest as JSON. The same in every store, so that one moves to another as it is.
import type { MailboxRef } from '../accounts.js';
import type { CopyEdit } from '../base/copyEdits.js';
import type { MailOrigin } from '../mail.js';
import type { OutboxDraft, StoredMessage, SubmissionFacts } from '../services/store/mailStore.js';
import type { Disposition, Rung, TrailEntry } from '../sorting.js';

/** Times are milliseconds since 1970. */
export interface MessageColumns {
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

export function messageColumns(number: number, message: StoredMessage): MessageColumns {
  return {
    id: number,
    origin: message.origin,
    account: message.account ?? null,
    uidl: message.uidl ?? null,
    received_at: message.receivedAt.getTime(),
    size: message.size,
    content_hash: Buffer.from(message.contentHash, 'hex'),
    message_id: message.messageId,
    sender: message.from,
    subject: message.subject,
    disposition: message.disposition,
    details: messageDetails(message),
  };
}

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

export function storedMessage(row: MessageColumns): StoredMessage {
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

/** `details` with lines at the end of the message's trail. */
export function detailsWithTrail(details: string, lines: readonly TrailEntry[]): string {
  const before = JSON.parse(details) as MessageDetails;
  return JSON.stringify({ ...before, trail: [...before.trail, ...lines] });
}

type DeliveryStatusWishes = Pick<OutboxDraft, 'ret' | 'envid' | 'notify' | 'orcpt'>;

/** What a client asked for by RFC 3461, as JSON. */
export function dsnText({ ret, envid, notify, orcpt }: DeliveryStatusWishes): string {
  return JSON.stringify({ ret, envid, notify, orcpt });
}

export function dsnOf(text: string): DeliveryStatusWishes {
  const { ret, envid, notify, orcpt } = JSON.parse(text) as Partial<DeliveryStatusWishes>;
  return { ret, envid, notify, orcpt };
}
