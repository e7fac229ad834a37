// "Where did that mail go?": what people ask by, and what they are told.
import type { MailboxRef } from '../accounts.js';
import type { CopyTrace, MessageTrace, StoredMessage } from '../services/store/mailStore.js';
import { placementOf } from './uidl.js';

/** What a text may name. Numbers are -1 where it names none. */
export interface TraceWish {
  /** As it was written. */
  readonly text: string;
  /** Of a message. */
  readonly number: number;
  /** Without angle brackets. */
  readonly messageId: string;
  /** For LIKE, with `\` before what would mean something: senders and subjects that hold the text. */
  readonly pattern: string;
  /** The copy whose UIDL it is. */
  readonly placement: number;
}

/** `undefined` for an empty text, which names nothing. */
export function traceWish(query: string): TraceWish | undefined {
  const text = query.trim();
  if (text === '') return undefined;
  return {
    text,
    number: /^\d{1,15}$/.test(text) ? Number(text) : -1,
    messageId: text.replace(/^<(.*)>$/, '$1'),
    pattern: likePattern(text),
    placement: placementOf(text) ?? -1,
  };
}

/** For LIKE, with `\` as its escape: texts that hold `text`. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** Times are milliseconds since 1970. */
export interface CopyTraceColumns {
  readonly placed_at: number;
  readonly picked_up_at: number | null;
  readonly client: string | null;
  readonly removed_at: number | null;
}

export function copyTrace(mailbox: MailboxRef, { placed_at, picked_up_at, client, removed_at }: CopyTraceColumns): CopyTrace {
  return {
    mailbox,
    placedAt: new Date(placed_at),
    pickedUpAt: dateOf(picked_up_at),
    client: client ?? undefined,
    removedAt: dateOf(removed_at),
  };
}

export function messageTrace(stored: StoredMessage, copies: readonly CopyTrace[]): MessageTrace {
  const { concealed: _concealed, headerSize: _headerSize, submission: _submission, ...message } = stored;
  return { ...message, copies };
}

/** `milliseconds`: since 1970. */
export function dateOf(milliseconds: number | null): Date | undefined {
  return milliseconds === null ? undefined : new Date(milliseconds);
}
