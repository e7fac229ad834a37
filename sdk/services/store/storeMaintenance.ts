// What keeps the store itself in good health: copies of it, checks of it, and the way back after the disk failed.
import type { Disposable } from '../../disposable.js';
import type { MessageId } from '../../mail.js';
import { createServiceId } from '../createServiceId.js';

/** What a store holds, counted: two stores with the same counts and the same contents are the same. */
export interface Census {
  /** Messages whose octets are here, and how many octets they have. */
  readonly messages: number;
  readonly octets: number;
  /** Copies in mailboxes. */
  readonly copies: number;
  /** Recipients in the Outbox. */
  readonly outbox: number;
  /** Messages at the ISPs that are remembered. */
  readonly journal: number;
  readonly activity: number;
}

/** How commits go: for the status page, and for whoever wonders whether the disk is slow. */
export interface StoreStatistics {
  readonly commits: number;
  /** Changes that shared those commits. */
  readonly units: number;
  readonly largestGroup: number;
  /** Milliseconds from BEGIN to the end of COMMIT, over the last 1,000 commits. */
  readonly latency: { readonly p50: number; readonly p99: number };
}

export interface StoreMaintenance {
  readonly stats: StoreStatistics;
  /** Writes a whole, consistent copy to `path`, which must not exist yet, while the store is in use. The copy is on disk when this resolves. */
  backupTo(path: string): Promise<void>;
  /** Octets that a copy will have, about. */
  size(): Promise<number>;
  census(): Promise<Census>;
  /** Every message whose octets are here, with the SHA-256 (hex) that they had when they came in. */
  contents(): AsyncIterable<{ readonly id: MessageId; readonly contentHash: string }>;
  /** Throws `data/corrupt` unless the database is whole. Reads all of it. */
  quickCheck(): Promise<void>;
  /** Throws `store/failed` where a setting that durability rests on is not in force. */
  assertDurable(): Promise<void>;
  /** Why nothing can be written since the disk failed; `undefined` where all is well. */
  readonly trouble: Error | undefined;
  /** After a disk failure: opens the database again and checks it. Until this succeeds nothing is written; reading goes on. */
  reopen(): Promise<void>;
  /** The disk failed just now. */
  onDidFail(listener: (error: Error) => void): Disposable;
}
export const StoreMaintenance = createServiceId<StoreMaintenance>('StoreMaintenance');
