// Mail that was set aside.
import type { MailboxRef } from '../accounts.js';
import type { MessageId } from '../mail.js';
import { createServiceId } from './createServiceId.js';

/** Brings mail that was kept back to its mailboxes. What is kept back is listed by the store (MailStore.setAside). */
export interface HeldMail {
  /** Sorts everything again that is on hold. Answers how many messages were delivered. Never rejects for one message's sake. */
  retryHeld(): Promise<number>;
  /**
   * Delivers one message: to the mailboxes named, with none to where today's rules say; answers the names of those that got it. Rejects with
   * `mail/not-found` where it is not set aside, or stays so.
   */
  release(
    message: MessageId,
    mailboxes: readonly MailboxRef[],
  ): Promise<{ readonly message: string; readonly mailboxes: readonly string[] }>;
}
export const HeldMail = createServiceId<HeldMail>('HeldMail');
