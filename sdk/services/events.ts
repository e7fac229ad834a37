// What happens in the server.
import type { MailboxRef } from '../accounts.js';
import type { Disposable } from '../disposable.js';
import type { RoundReason } from '../fetching.js';
import type { LicenceVerdict } from '../licensing.js';
import type { Protocol } from '../protocols.js';
import { createServiceId } from './createServiceId.js';
import type { RoundReport } from './running.js';

/** What happens, as it happens: feeds the lamps, the live log and the tests. */
export interface Events {
  emit(event: PostroomEvent): void;
  on(listener: (event: PostroomEvent) => void): Disposable;
}
export const Events = createServiceId<Events>('Events');

export type PostroomEvent =
  /** A mail client's session. */
  | {
      readonly type: 'session';
      readonly protocol: Protocol;
      /** What the client does: it hands mail in (lamp Local Sending), or collects what is in its mailbox (Local Receiving). */
      readonly purpose: 'sending' | 'receiving';
      readonly state: 'open' | 'closed';
      readonly mailbox?: MailboxRef;
      readonly peer: string;
    }
  | { readonly type: 'round'; readonly state: 'started' | 'ended'; readonly reason: RoundReason; readonly report?: RoundReport }
  /** Lamp Incoming. */
  | {
      readonly type: 'fetch';
      readonly account: string;
      readonly state: 'started' | 'progress' | 'ended';
      readonly done: number;
      readonly total: number;
      readonly octets: number;
    }
  /** Lamp Outgoing. */
  | { readonly type: 'relay'; readonly account: string; readonly recipient: string; readonly outcome: 'delivered' | 'deferred' | 'failed' }
  | { readonly type: 'accepted'; readonly message: string; readonly origin: string; readonly mailboxes: readonly MailboxRef[] }
  | { readonly type: 'picked-up'; readonly mailbox: MailboxRef; readonly messages: number }
  | { readonly type: 'settings'; readonly author: string }
  | { readonly type: 'licence'; readonly verdict: LicenceVerdict }
  | { readonly type: 'plugin'; readonly plugin: string; readonly state: string }
  | { readonly type: 'problem'; readonly source: string; readonly sentence: string }
  | { readonly type: 'activity'; readonly kind: string; readonly account: string | undefined; readonly text: string };
