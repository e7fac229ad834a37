// A copy in a mailbox as every store writes it down, without what an engine gives it: its number, its mailbox's number, its time.

import type { MailboxRef } from '../accounts.js';
import { type CopyEdit, joinEdits, octetsAdded } from '../base/copyEdits.js';
import type { StoredMessage } from '../services/store/mailStore.js';
import { mailboxKey } from './mailboxKey.js';

export interface CopyColumns {
  /** Lines on top of it. */
  readonly prefix: Uint8Array;
  /** Edits of the message's octets; `null` for the many copies that show all as it is stored. */
  readonly concealed: string | null;
  /** Octets as POP3 serves them. */
  readonly size: number;
  /** First four octets of the content hash: a part of its UIDL. */
  readonly tag: number;
}

/** Answers what a copy with a prefix is, for all copies of a message. */
export function copyColumnsOf(message: Pick<StoredMessage, 'concealed' | 'contentHash' | 'size'>): (prefix: Uint8Array) => CopyColumns {
  const edits = joinEdits(message.concealed);
  const concealed = concealedText(edits);
  const size = message.size + octetsAdded(edits);
  const tag = Number.parseInt(message.contentHash.slice(0, 8), 16);
  return (prefix) => ({ prefix, concealed, size: prefix.length + size, tag });
}

/** A message comes into a mailbox once: of several copies for one the first counts. */
export function oncePerMailbox<T>(copies: readonly T[], mailboxOf: (copy: T) => MailboxRef): readonly T[] {
  if (copies.length < 2) return copies;
  const served = new Set<string>();
  return copies.filter((copy) => {
    const key = mailboxKey(mailboxOf(copy));
    return !served.has(key) && served.add(key);
  });
}

/** Edits as a row has them; `null` for the many copies that show all as it is stored. */
export function concealedText(edits: readonly CopyEdit[]): string | null {
  if (edits.length === 0) return null;
  return JSON.stringify(edits.map(({ start, end, instead }) => (instead === undefined ? [start, end] : [start, end, instead])));
}

/** Of what a row says in `concealed`. */
export function concealedEdits(text: string | null): readonly CopyEdit[] {
  if (text === null) return [];
  const rows = JSON.parse(text) as [start: number, end: number, instead?: string][];
  return rows.map(([start, end, instead]) => ({ start, end, ...(instead !== undefined && { instead }) }));
}
