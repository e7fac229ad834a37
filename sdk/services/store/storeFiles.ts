// The store as files: copies that backups hold, and data folders that get another store. Works where no server runs, or none can start.
import type { MessageId } from '../../mail.js';
import { createServiceId } from '../createServiceId.js';
import type { StoreMaintenance } from './storeMaintenance.js';

export interface StoreFiles {
  /** Name of the copy that `StoreMaintenance.copies` writes: the same in a backup and in a data folder. */
  readonly copyName: string;
  /** Names of all files that a data folder has of the store. None of a former store may stand beside a new one. */
  readonly names: readonly string[];
  /**
   * Opens the copy in `folder` to look through it. The folder holds nothing else, and is removed afterwards: a copy of an older version is brought up to
   * date by that. Rejects with `data/corrupt`, `data/newer`, `store/full`.
   */
  openCopy(folder: string): Promise<StoreCopy>;
  /** Octets that can be had in a data folder beside those that are free: what is kept in reserve, and what an interrupted exchange left. */
  atHand(dataDir: string): Promise<number>;
  /** What an interrupted exchange noted. No server starts on the folder until another exchange is complete. */
  interrupted(dataDir: string): Promise<ExchangeNote | undefined>;
  /** Takes a data folder, made where there is none, so that its files can be exchanged. Rejects with `data/locked`, `data/not-writable`. */
  beginExchange(dataDir: string): Promise<FolderExchange>;
}
export const StoreFiles = createServiceId<StoreFiles>('StoreFiles');

/** A copy that is looked through. */
export interface StoreCopy extends Pick<StoreMaintenance, 'quickCheck' | 'census' | 'contents'> {
  /** Octets of a message, in pieces. */
  read(id: MessageId): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** What an exchange leaves in the data folder until it is complete. */
export interface ExchangeNote {
  /** When what comes in was made: names the backup. */
  readonly from: string;
  /** Folder with the former files; `undefined` where there were none. */
  readonly aside: string | undefined;
}

/** A data folder whose files are being exchanged: no server can start on it meanwhile, and no second exchange. */
export interface FolderExchange {
  /** Folder in which the new files are put together; not there at first. What a kill leaves of it, the next start or exchange removes. */
  readonly draft: string;
  /** Gives up what the store keeps in reserve, for the new files. */
  giveUpReserve(): Promise<void>;
  /**
   * Makes the copy in `draft` fit to go on with: numbers that were given since it was made are not given again, and mail that may have been sent since
   * is put on hold. Answers how many recipients are; `note` becomes their last answer.
   */
  adopt(note: string): Promise<number>;
  /** The former files are being moved from here on: an interruption leaves a folder that no server starts on. */
  begin(note: ExchangeNote): Promise<void>;
  /** The new files are in place. */
  complete(): Promise<void>;
  /** Lets go of the folder. Where the exchange has not begun it is as it was: without the draft, with the reserve, and not there where it was made for this. */
  close(): Promise<void>;
}
