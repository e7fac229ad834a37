// Mail to the outside that waits for the next round: durable, per recipient.
import type { DestinationReceipt } from '../../delivering.js';
import type { MessageId } from '../../mail.js';
import { createServiceId } from '../createServiceId.js';

/** `waiting`: never tried. `deferred`: tried or put off, will be tried (again). `sending`: leased by a round. `held`: until somebody decides. */
export type OutboxState = 'waiting' | 'deferred' | 'sending' | 'held';

export interface OutboxEntry {
  readonly id: number;
  readonly message: MessageId;
  readonly account: string;
  readonly from: string;
  readonly recipient: string;
  readonly prefix: Uint8Array;
  readonly ret: 'FULL' | 'HDRS' | undefined;
  readonly envid: string | undefined;
  readonly notify: readonly string[] | undefined;
  readonly orcpt: string | undefined;
  readonly state: OutboxState;
  readonly queuedAt: Date;
  readonly attempts: number;
  readonly nextTryAt: Date;
  /** Last answer: enhanced status and text; '' before the first try. */
  readonly status: string;
  readonly text: string;
  /** A delay notice has been sent. */
  readonly delayNoticed: boolean;
  /** The ISP may have the message by now: it is between the end of its data and the answer. */
  readonly inDoubt?: boolean;
  /** Tries whose end left it in doubt; none where it is missing. */
  readonly doubts?: number;
}

export interface OutboxCounts {
  readonly messages: number;
  readonly recipients: number;
  /** Messages none of whose recipients has been tried, was put off or is held: they ask for a round. */
  readonly untried: number;
  readonly oldest: Date | undefined;
  /** Number of the entry that came last; 0 where nothing waits. */
  readonly newest: number;
}

/** What a try changes, for one recipient. */
export interface OutboxUpdate {
  readonly id: number;
  /** `sent` and `bounced` take the entry out; the body goes with its last holder. `held`: not tried again by itself. */
  readonly outcome: 'sent' | 'bounced' | 'deferred' | 'held';
  readonly receipt: DestinationReceipt;
  readonly nextTryAt: Date | undefined;
  readonly delayNoticed?: boolean;
  /** The try ended without an answer, and the ISP may have the message. */
  readonly doubtful?: boolean;
  /** With `bounced`: why no notice of it goes to anybody, as `it has no sender`. */
  readonly untold?: string;
}

export interface Outbox {
  /**
   * Takes entries that are due for one sender's try, in order of arrival: at most `limit`, and none that came after entry `newest`. They are
   * leased for `leaseMs`, so that no other sender takes them.
   */
  lease(now: Date, leaseMs: number, limit: number, newest?: number): Promise<readonly OutboxEntry[]>;
  /**
   * From here to the report the entries are in doubt, whatever ends the process. Resolves when that survives a crash. Rejects with `mail/not-found`
   * where one of them was taken out or put on hold meanwhile: nothing may be sent then.
   */
  enterDoubt(ids: readonly number[]): Promise<void>;
  /** Nothing was sent of what was announced. */
  leaveDoubt(ids: readonly number[]): Promise<void>;
  /** Records what a try came to, in one commit. Whatever it was, it is known: no entry of it is in doubt any more. */
  report(updates: readonly OutboxUpdate[]): Promise<void>;
  /** Gives leased entries back untried: as they were, or put off until `dueAt`. */
  release(ids: readonly number[], dueAt?: Date): Promise<void>;
  /**
   * Leases without a holder are void: all of them, as after a crash, or those that are over by now. Answers their entries: those in
   * doubt wait for a report of that, the others are as they were before.
   */
  recover(over?: { readonly now: Date; readonly leaseMs: number }): Promise<readonly OutboxEntry[]>;
  list(): Promise<readonly OutboxEntry[]>;
  counts(): OutboxCounts;
  /** Due at once. */
  retry(ids: readonly number[]): Promise<void>;
  hold(ids: readonly number[]): Promise<void>;
  onDidChange(listener: () => void): { dispose(): void };
}
export const Outbox = createServiceId<Outbox>('Outbox');
