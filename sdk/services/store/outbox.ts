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
  /** Names the try under which it is `sending`: it grows with each. */
  readonly lease?: number;
}

/** An entry as somebody sends it: a sender that was given up no longer has it. */
export type LeasedEntry = Pick<OutboxEntry, 'id' | 'lease'>;

export interface OutboxCounts {
  readonly messages: number;
  readonly recipients: number;
  /** Messages none of whose recipients has been tried, was put off or is held: they ask for a round. */
  readonly untried: number;
  readonly oldest: Date | undefined;
}

/** Which entries are listed: those that meet all of it. */
export interface OutboxChoice {
  /** Numbers of entries. */
  readonly ids?: readonly number[];
  readonly messages?: readonly MessageId[];
  /** Only numbers above this: the next page. */
  readonly after?: number;
  readonly limit?: number;
}

/** What a try changes, for one recipient. */
export interface OutboxUpdate {
  readonly id: number;
  /** Of the try that came to this. Without it whoever reports decides, as an administrator does who gives an entry up. */
  readonly lease?: number;
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
   * Takes entries that are due for one sender's try, in order of their numbers: at most `limit`, and none above `newest`. They are leased for `forMs`
   * milliseconds by the store's clock, so that no other sender takes them, on any server.
   */
  lease(wish: { readonly limit: number; readonly forMs: number; readonly newest?: number }): Promise<readonly OutboxEntry[]>;
  /** The highest number of an entry that waits; 0 where none does. */
  newest(): Promise<number>;
  /**
   * From here to the report the entries are in doubt, whatever ends the process. Resolves when that survives a crash. Rejects with `mail/not-found`
   * where one of them was taken out or put on hold meanwhile, with `lease/lost` where another sender has it: nothing may be sent then.
   */
  enterDoubt(entries: readonly LeasedEntry[]): Promise<void>;
  /** Nothing was sent of what was announced. What another sender has is left to it. */
  leaveDoubt(entries: readonly LeasedEntry[]): Promise<void>;
  /**
   * Records what a try came to, in one commit. Whatever it was, it is known: no entry of it is in doubt any more. Of one try that counts once: whoever did
   * not hear that it was recorded may report it again, and an entry that is gone is passed over. Rejects with `lease/lost`, nothing of it recorded, where
   * another sender has one of them: the mail may have gone twice.
   */
  report(updates: readonly OutboxUpdate[]): Promise<void>;
  /** Gives leased entries back untried: as they were, or due in `inMs` milliseconds. What another sender has is left to it. */
  release(entries: readonly LeasedEntry[], inMs?: number): Promise<void>;
  /**
   * Takes over what senders left: of servers that are gone, and where the lease is over. Answers those entries. What was not in doubt is as it was before; what is
   * in doubt is leased to the caller for `forMs` milliseconds, who reports that. `atWork`: all that this server is sending. Whatever else it was leased is left
   * as well: the answer to the lease was lost, or the try ended where the store could not be told.
   */
  recover(forMs: number, atWork?: readonly LeasedEntry[]): Promise<readonly OutboxEntry[]>;
  /** In order of their numbers; all without a choice, of which there may be a hundred thousand. */
  list(of?: OutboxChoice): Promise<readonly OutboxEntry[]>;
  /** As last heard: of what this server changed at once, of what others did within a second. */
  counts(): OutboxCounts;
  /** Due at once. */
  retry(ids: readonly number[]): Promise<void>;
  hold(ids: readonly number[]): Promise<void>;
  /** `counts` may have changed, on whichever server. */
  onDidChange(listener: () => void): { dispose(): void };
}
export const Outbox = createServiceId<Outbox>('Outbox');
