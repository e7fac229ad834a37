// The manual's Log: what was sent and collected, by day, kept N days.
import { createServiceId } from '../createServiceId.js';

/** `collected`: from the ISP. `sent`: to the ISP. `submitted`: by a LAN client. `picked-up`: by a mail client. */
export type ActivityKind =
  | 'collected'
  | 'sent'
  | 'deferred'
  | 'bounced'
  | 'submitted'
  | 'picked-up'
  | 'round'
  | 'problem'
  | 'settings'
  | 'service';

export interface Activity {
  readonly id: number;
  readonly at: Date;
  readonly kind: ActivityKind;
  readonly account: string | undefined;
  readonly user: string | undefined;
  readonly message: string | undefined;
  /** A sentence. */
  readonly text: string;
  /** Facts for columns: octets, peer, recipient ... Plain JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ActivityQuery {
  /** Local calendar day, `2026-11-23`; without it the newest. */
  readonly day?: string;
  readonly account?: string;
  readonly user?: string;
  readonly kind?: ActivityKind;
  /** A piece of the text, any case. */
  readonly text?: string;
  /** Entries older than this id: the next page. */
  readonly before?: number;
  readonly limit: number;
}

export interface ActivityLog {
  /** Shares a commit of the next moment; not awaited by anybody. Who reads on the same server afterwards finds it. */
  add(entry: Omit<Activity, 'id' | 'at' | 'details'> & { readonly details?: Activity['details'] }): void;
  /** Newest first. */
  read(query: ActivityQuery): Promise<readonly Activity[]>;
  /** Days that have entries, newest first, with their counts. */
  days(): Promise<readonly { readonly day: string; readonly entries: number }[]>;
  /** Keeps today and the `days` days before it. Also deletes traces of messages that were removed before that. */
  prune(days: number): Promise<number>;
}
export const ActivityLog = createServiceId<ActivityLog>('ActivityLog');
