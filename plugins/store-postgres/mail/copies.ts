// Copies of a message in mailboxes, on their way to their rows.
import { type CopyEdit, joinEdits, octetsAdded } from '@postroom/sdk/base';
import type { PlacementDraft, StoredMessage } from '@postroom/sdk/services';
import { mailboxKey } from './mailboxes.js';

/** `null` for the many copies that show all as it is stored. */
export function concealedText(edits: readonly CopyEdit[]): string | null {
  if (edits.length === 0) return null;
  return JSON.stringify(edits.map(({ start, end, instead }) => (instead === undefined ? [start, end] : [start, end, instead])));
}

export function concealedEdits(text: string | null): readonly CopyEdit[] {
  if (text === null) return [];
  const rows = JSON.parse(text) as [start: number, end: number, instead?: string][];
  return rows.map(([start, end, instead]) => ({ start, end, ...(instead !== undefined && { instead }) }));
}

/** A copy on its way to its row. */
export interface CopyDraft {
  /** Number of its message. */
  readonly message: number;
  readonly draft: PlacementDraft;
  readonly concealed: string | null;
  /** Octets as POP3 serves them. */
  readonly size: number;
  /** First four octets of the content hash. */
  readonly tag: number;
}

/** One a mailbox, the first that names it. */
export function copyDrafts(number: number, message: StoredMessage, drafts: readonly PlacementDraft[]): readonly CopyDraft[] {
  const concealed = joinEdits(message.concealed);
  const served = new Set<string>();
  return drafts.flatMap((draft) => {
    const mailbox = mailboxKey(draft.mailbox);
    if (served.has(mailbox)) return [];
    served.add(mailbox);
    return {
      message: number,
      draft,
      concealed: concealedText(concealed),
      size: draft.prefix.length + message.size + octetsAdded(concealed),
      tag: Number.parseInt(message.contentHash.slice(0, 8), 16),
    };
  });
}
