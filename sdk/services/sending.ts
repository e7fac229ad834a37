// The sending side of the server, for who looks after the Outbox.
import { createServiceId } from './createServiceId.js';

/** Sends what waits in the Outbox, in rounds. Entries by their numbers (OutboxEntry.id); numbers that are gone are passed over. */
export interface Sending {
  /** They are due at once, and what an account's ISP refused before makes them wait no longer. */
  retry(entries: readonly number[]): Promise<void>;
  /** Their authors get a notice, as for a final failure. */
  giveUp(entries: readonly number[]): Promise<void>;
}
export const Sending = createServiceId<Sending>('Sending');
