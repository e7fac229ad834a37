// Which message on an ISP's server is stored here, deleted, gone. It makes fetching exactly-once.
import type { AccountJournal } from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';

export interface Journal {
  forAccount(account: string): AccountJournal;
  /**
   * To be called before a round. Where the wall clock jumped since the last one, times in the journal jump with it: days that mail stays
   * at the ISP are days in which the clock went as clocks do. Time in which nothing ran for over 36 hours counts as such a jump.
   */
  followClock(): Promise<void>;
  /** Forgets entries that have been gone, or not listed, for `days`. */
  prune(days: number): Promise<number>;
}
export const Journal = createServiceId<Journal>('Journal');
