// Mail to the outside that waits for the next round: durable, per recipient.
import type { DestinationReceipt, MessageId } from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';

/** `waiting`: never tried. `deferred`: tried or put off, will be tried (again). `sending`: leased by a round. `held`: by the administrator. */
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
  /** `sent` and `bounced` take the entry out; the body goes when nobody else holds it. */
  readonly outcome: 'sent' | 'bounced' | 'deferred';
  readonly receipt: DestinationReceipt;
  readonly nextTryAt: Date | undefined;
  readonly delayNoticed?: boolean;
}

export interface Outbox {
  /**
   * Takes entries that are due for one sender's try, in order of arrival: at most `limit`, and none that came after entry `newest`. They are
   * leased for `leaseMs`, so that nobody else takes them.
   */
  lease(now: Date, leaseMs: number, limit: number, newest?: number): Promise<readonly OutboxEntry[]>;
  /** Records what a try came to, in one commit. */
  report(updates: readonly OutboxUpdate[]): Promise<void>;
  /** Gives leased entries back untried: as they were, or put off until `dueAt`. */
  release(ids: readonly number[], dueAt?: Date): Promise<void>;
  /** Leases that a crash left behind are void. Called once at start; answers the entries that may have been on their way then. */
  recover(): Promise<readonly OutboxEntry[]>;
  list(): Promise<readonly OutboxEntry[]>;
  counts(): OutboxCounts;
  /** Due at once. */
  retry(ids: readonly number[]): Promise<void>;
  hold(ids: readonly number[]): Promise<void>;
  onDidChange(listener: () => void): { dispose(): void };
}
export const Outbox = createServiceId<Outbox>('Outbox');
