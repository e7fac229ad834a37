// What the store suite needs of an engine: a place for a store, which can be opened there again and again.
import type { MailboxRef } from '@postroom/sdk';
import type {
  ActivityLog,
  Clock,
  Journal,
  Maildrops,
  MailStore,
  Outbox,
  PluginStorages,
  Revisions,
  StoreMaintenance,
} from '@postroom/sdk/services';

/** An open store, by its contracts. */
export interface TestedStore extends StoreMaintenance {
  readonly mailStore: MailStore;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly activity: ActivityLog;
  readonly storages: PluginStorages;
  readonly revisions: Revisions;
  readonly maildrops: Maildrops;
  /** Resolves when everything asked for so far, activity included, has been written. */
  settle(): Promise<void>;
}

/** How a test wants its store opened. */
export interface TestedStoreOptions {
  readonly clock?: Clock;
  readonly onPickedUp?: (mailbox: MailboxRef, messages: number) => void;
}

/** Where a store lies: empty at first. */
export interface StorePlace {
  open(options?: TestedStoreOptions): Promise<TestedStore>;
  close(store: TestedStore): Promise<void>;
  /** Closes what is open and removes everything. */
  dispose(): Promise<void>;
}
