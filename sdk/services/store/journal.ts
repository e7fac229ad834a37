// Which message on an ISP's server is stored here, deleted, gone. It makes fetching exactly-once.
import type { MailboxRef } from '../../accounts.js';
import type { AccountJournal, JournalEntry, LeftMessage, WaitingOrder } from '../../fetching.js';
import { createServiceId } from '../createServiceId.js';
import type { Fence } from './leases.js';

/** What was told of a message that stays at the ISP. */
export interface WaitingNotice {
  readonly why: LeftMessage['why'];
  /** '' where the ISP does not show the header. */
  readonly from: string;
  readonly subject: string;
  readonly told: readonly MailboxRef[];
}

/** A message that stays at the ISP until somebody decides. */
export interface WaitingEntry extends WaitingNotice {
  readonly account: string;
  readonly uidl: string;
  /** Octets, as the ISP lists it; -1 where it does not say. */
  readonly listedSize: number;
  readonly since: Date;
  readonly order: WaitingOrder | undefined;
}

export interface Journal {
  /** Messages that somebody was told of, that the ISPs still list as far as is known, and that are not stored; by account and age. */
  waiting(): Promise<readonly WaitingEntry[]>;
  /** Notes what shall be done with a message in the next round; `fetch` gives it new tries. Answers false where none such waits any more. */
  order(account: string, uidl: string, order: WaitingOrder): Promise<boolean>;
  /** Every write bears `fence`, that of the account's lease `round/ACCOUNT`, and rejects with `lease/lost` once another server collects the account. */
  forAccount(account: string, fence: Fence): AccountJournal;
  /** Everything known of an account, by UIDL, as AccountJournal gives it. */
  entries(account: string): Promise<ReadonlyMap<string, JournalEntry>>;
  /**
   * To be called before a round. Where the store's clock jumped since the last one, on whichever server, times in the journal jump with it: days that mail stays at the ISP
   * are days that passed; and what is in doubt in the Outbox waits as long as it was to. While the server runs, a jump is what the monotonic clock
   * knows nothing of, beyond a minute; that is sleep of the machine too, in which mail rather stays longer. Over a stop of the server, a jump is
   * what goes back, or ahead by more than 36 hours.
   */
  followClock(): Promise<void>;
  /** Forgets entries that have been gone, or not listed, for `days`. */
  prune(days: number): Promise<number>;
}
export const Journal = createServiceId<Journal>('Journal');
