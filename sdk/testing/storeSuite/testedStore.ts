// What the store suite needs of an engine: a place for a store, which can be opened there again and again.
import type { MailboxRef } from '../../accounts.js';
import type {
  ActivityLog,
  Clock,
  Documents,
  Journal,
  Leases,
  Maildrops,
  MailStore,
  Outbox,
  PluginStorages,
  Revisions,
  StoreMaintenance,
  StoreTransfer,
} from '../../services.js';

/** An open store, by its contracts: what one server has of it. */
export interface TestedStore extends StoreMaintenance {
  readonly mailStore: MailStore;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly activity: ActivityLog;
  readonly storages: PluginStorages;
  readonly revisions: Revisions;
  readonly maildrops: Maildrops;
  readonly leases: Leases;
  readonly documents: Documents;
  /** Resolves when everything that this server was asked for so far, activity included, has been written. */
  settle(): Promise<void>;
}

/** How a test wants its store opened. */
export interface TestedStoreOptions {
  /** The store's clock, and this server's; the system's where it is missing. */
  readonly clock?: Clock;
  readonly onPickedUp?: (mailbox: MailboxRef, messages: number) => void;
  /** Name of the server; `a` where it is missing. Two names are two servers. The same name again is that server's next process. */
  readonly server?: string;
}

/**
 * Where a store lies: empty at first. What stands here with a question mark not every engine, or not every test set-up, can do: tests that need it are left
 * out where it is missing, and say so.
 */
export interface StorePlace {
  open(options?: TestedStoreOptions): Promise<TestedStore>;
  /** In order: what waits is written, and the server lets go of what it holds. */
  close(store: TestedStore): Promise<void>;
  /** Closes what is open and removes everything. Nothing that a test did to a store makes it fail. */
  dispose(): Promise<void>;
  /** The same store for moving everything out of it, or into it, while no server has it open. */
  readonly transfer: StoreTransfer;
  /** Two servers may have the store open at once. */
  readonly several?: true;
  /**
   * Stops a server, as SIGSTOP does: from when this resolves the store hears nothing of it, and it hears nothing of the store; what it is asked for
   * meanwhile waits. It notices nothing of that itself. The function answered lets it go on.
   */
  pause?(store: TestedStore): Promise<() => Promise<void>>;
  /** Ends a server without a word, as `kill -9` does. What it was asked for and had no answer to may never be answered. */
  endOf?(store: TestedStore): Promise<void>;
  /**
   * Resolves when the store takes each server for gone that it has not heard of since this was called; those that live are heard of meanwhile. Where a
   * server's next process takes over at once what it left, tests with one server don't need it.
   */
  forgetGone?(): Promise<void>;
  /** How many messages have octets in the store that came in ahead of their commit, and no commit. */
  halves?(): Promise<number>;
  /**
   * The store's answer to this server's next commit of a message is lost, and the message was stored or was not, as `isStored` says. Nothing else goes
   * wrong; where the server has to open the store again after that, it can (`reopen`).
   */
  loseAnswer?(store: TestedStore, isStored: boolean): Promise<void>;
}
