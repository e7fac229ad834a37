// Copies of a message in mailboxes, on their way to their rows.
import type { PlacementDraft, StoredMessage } from '@postroom/sdk/services';
import { type CopyColumns, copyColumnsOf, oncePerMailbox } from '@postroom/sdk/store';

export interface CopyDraft extends CopyColumns {
  /** Number of its message. */
  readonly message: number;
  readonly draft: PlacementDraft;
}

/** One a mailbox, the first that names it. */
export function copyDrafts(message: number, stored: StoredMessage, drafts: readonly PlacementDraft[]): readonly CopyDraft[] {
  const columnsOf = copyColumnsOf(stored);
  return oncePerMailbox(drafts, ({ mailbox }) => mailbox).map((draft) => ({ ...columnsOf(draft.prefix), message, draft }));
}
