// Which message on an ISP's server is stored here, deleted, gone. It makes fetching exactly-once.
import type { AccountJournal } from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';

export interface Journal {
  forAccount(account: string): AccountJournal;
  /** Forgets entries that have been gone, or not listed, for `days`. */
  prune(days: number): Promise<number>;
}
export const Journal = createServiceId<Journal>('Journal');
