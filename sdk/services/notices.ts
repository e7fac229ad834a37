// Mail that the server itself writes to people.
import type { MailboxRef } from '../accounts.js';
import type { Accepted } from '../fetching.js';
import { createServiceId } from './createServiceId.js';

/** A plain text for one person. Its head (From, To, Date, Message-ID, and that it is automatic: RFC 3834 section 5) is the host's. */
export interface ServerNotice {
  readonly mailbox: MailboxRef;
  readonly subject: string;
  readonly lines: readonly string[];
  /** Why it is in this mailbox, for its trail. */
  readonly reason: string;
}

/** Such mail is not sorted: its writer names the mailbox. What a user writes, or a plugin in a user's name, goes through `Submissions` or `context.mail`. */
export interface Notices {
  /** Resolves after the commit; rejects with nothing stored, or with `store/unknown` where nobody knows. Only once the plugins are active: some of them place it (see `Startup`). */
  notify(notice: ServerNotice): Promise<Accepted>;
}
export const Notices = createServiceId<Notices>('Notices');
