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

/** How commits go: the status page and the metrics show whether the disk is slow. */
export interface StoreStatistics {
  readonly commits: number;
  /** Changes that shared those commits. */
  readonly units: number;
  readonly largestGroup: number;
  /** Milliseconds from BEGIN to the end of COMMIT, over the last 1,000 commits. */
  readonly latency: { readonly p50: number; readonly p99: number };
}

/** A store that lost its end: fewer commits are there than there were. */
export interface LostEnd {
  /** Commits; some more, where the process was killed within a moment of the last one. */
  readonly missing: number;
  /** Of the last commit that is there, and of the last that is known of; milliseconds since 1970. `from` is 0 where none is there. */
  readonly from: number;
  readonly to: number;
  /** Recipients in the Outbox that were put on hold for it. */
  readonly held: number;
  /** How that comes about, for the middle of a sentence. */
  readonly cause: string;
  /** It stands in the Log, and ADMIN1 has mail about it. */
  readonly isTold: boolean;
}

/** How copies of the store are made while it is in use: as one file, or by what the engine brings for it. */
export type StoreCopies =
  | {
      readonly kind: 'file';
      /** Octets that a copy will have, about. */
      size(): Promise<number>;
      /** Writes a whole, consistent copy to `path`, which must not exist yet. The copy is on disk when this resolves. Answers what it holds. */
      write(path: string): Promise<Census>;
    }
  | {
      readonly kind: 'external';
      /** What to run instead, sentences for the administrator. */
      readonly instead: string;
    };

export interface StoreMaintenance {
  readonly stats: StoreStatistics;
  readonly copies: StoreCopies;
  census(): Promise<Census>;
  /** Every message whose octets are here, with the SHA-256 (hex) that they had when they came in. */
  contents(): AsyncIterable<{ readonly id: MessageId; readonly contentHash: string }>;
  /** Throws `data/corrupt` unless the database is whole. Reads all of it. */
  quickCheck(): Promise<void>;
  /** Throws `store/failed` where a setting that durability rests on is not in force. Answers what it rests on, for the end of a sentence. */
  assertDurable(): Promise<string>;
  /** Why nothing can be written since the disk failed; `undefined` where all is well. */
  readonly trouble: Error | undefined;
  /** After a disk failure: opens the database again and checks it. Until this succeeds nothing is written; reading goes on. */
  reopen(): Promise<void>;
  /** The disk failed just now. */
  onDidFail(listener: (error: Error) => void): Disposable;
  /** What was lost of what had been committed, for two weeks after it was found or told. */
  lostEnd(): Promise<LostEnd | undefined>;
  /** `end` is told to everybody who has to know of it. */
  setLostEndTold(end: LostEnd): Promise<void>;
  /** A lost end was found, and is written down, since the store was opened. */
  onDidLose(listener: () => void): Disposable;
}
export const StoreMaintenance = createServiceId<StoreMaintenance>('StoreMaintenance');
