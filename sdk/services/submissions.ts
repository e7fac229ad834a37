// Outgoing mail on its way in.
import type { MailboxRef } from '../accounts.js';
import type { PostroomError } from '../errors.js';
import type { Accepted } from '../fetching.js';
import { createServiceId } from './createServiceId.js';

/** Takes outgoing mail in. */
export interface Submissions {
  /**
   * Stores and sorts a submitted message: local recipients are delivered at once, the others go to the Outbox, in one commit.
   * Resolves after the commit; rejects with nothing stored, or with `store/unknown` where nobody knows: given in again within a day on this server, it is
   * not stored twice. `source`: octets of DATA without dot-stuffing.
   */
  submit(source: AsyncIterable<Uint8Array>, submission: Submission): Promise<Accepted & { readonly outside: number }>;
  /** Why nothing can be taken in now: `store/full` with a sentence for clients, `store/unreachable` ...; `undefined` where mail can be. */
  trouble(): Promise<PostroomError | undefined>;
}
export const Submissions = createServiceId<Submissions>('Submissions');

export interface Submission {
  /** Who logged in; `undefined` for a device in a trusted network. */
  readonly author: MailboxRef | undefined;
  readonly from: string;
  readonly recipients: readonly SubmittedRecipient[];
  /** For the Received line (RFC 5321 section 4.4): HELO name, IP address, `ESMTPSA`, TLS cipher. */
  readonly client: { readonly helo: string; readonly address: string; readonly protocol: string; readonly tls?: string };
  readonly dsn?: { readonly ret?: 'FULL' | 'HDRS'; readonly envid?: string };
}

export interface SubmittedRecipient {
  readonly address: string;
  readonly dsn?: { readonly notify?: readonly string[]; readonly orcpt?: string };
}
