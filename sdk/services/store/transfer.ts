// Everything moves from one store to another one: what `postroom store copy` asks of both. Works where no server runs.
import { createServiceId } from '../createServiceId.js';
import type { Census } from './storeMaintenance.js';
import type { TransferRecord } from './transferRecords.js';

/** A store that everything moved out of. No server starts on it until somebody takes it up again. */
export interface MovedNote {
  /** The store that has everything since, for sentences. */
  readonly to: string;
  readonly at: Date;
}

export interface StoreTransfer {
  /** Where the store is, for sentences; never with a password. */
  readonly place: string;
  /** What `store` in boot.json calls it; never with a password. */
  readonly setting: string;
  /** As of its Documents: `isShared` there. */
  readonly isShared: boolean;
  /**
   * Opens a store that is to be read, with nobody else on it until it is closed. Rejects with `data/missing` where there is none, with `data/locked` while a server is
   * on it, with `data/unfinished`, `data/moved`, and as at the start of a server.
   */
  openSource(): Promise<TransferSource>;
  /**
   * Opens a store that takes everything, with nobody else on it until it is closed. Where there is none it is made. Rejects with `store/not-empty`, unless what is there
   * is an unfinished copy; with `data/locked` while a server is on it, and as at the start of a server. Nothing is changed yet.
   */
  openTarget(): Promise<TransferTarget>;
  /** `undefined` where nothing moved out of it. */
  moved(): Promise<MovedNote | undefined>;
  /** Servers may start on it again. Does nothing where nothing moved out of it. Rejects with `data/unfinished`, and with `data/locked` while somebody is on it. */
  takeUp(): Promise<void>;
}
export const StoreTransfer = createServiceId<StoreTransfer>('StoreTransfer');

export interface ReadStore {
  census(): Promise<Census>;
  /** All that it holds, of one moment. `octets` false: without those of messages. What cannot be read rejects; what is wrong in itself comes as it is. */
  records(what?: { readonly octets: boolean }): AsyncIterable<TransferRecord>;
  close(): Promise<void>;
}

export interface TransferSource extends ReadStore {
  /** From when this resolves no server starts on it. Rejects with `data/locked` where one came upon it meanwhile. */
  retire(note: MovedNote): Promise<void>;
}

export interface TransferTarget extends ReadStore {
  /**
   * Takes all records, in their order, after it removed what an unfinished copy left. From the first one on until `finish` the store is an unfinished copy, whatever
   * happens: no server starts on it. In bounded memory. Rejects with `store/full`, `store/failed`, `store/unreachable`, and as `records` does.
   */
  take(records: AsyncIterable<TransferRecord>): Promise<void>;
  /** Everything is there: servers may start on it. Answers what it set aside for that, paths of files; nothing where nothing stood in the way. */
  finish(): Promise<readonly string[]>;
}
