// What the log says of a message that the ISP may have, though it did not say so: one sentence for each end of data, with what happens next.
import { namesOf } from '@postroom/sdk/base';
import type { OutboxUpdate } from '@postroom/sdk/services';
import type { DeliveryGroup } from './deliveryGroup.js';

/** Recipients of one message who share what is known of them. */
export interface Doubt {
  readonly recipients: readonly string[];
  readonly status: string;
  /** Not sent again by itself. */
  readonly isHeld: boolean;
  readonly sentence: string;
}

/** At most two: some recipients may be sent to again, for others it was once too often. Pure. */
export function doubtsIn({ entries }: DeliveryGroup, updates: readonly OutboxUpdate[], now: Date): readonly Doubt[] {
  const times = new Map(entries.map(({ id, doubts = 0 }) => [id, doubts + 1]));
  const doubtful = updates.filter((update) => update.doubtful === true);
  return [false, true].flatMap((isHeld): readonly Doubt[] => {
    const some = doubtful.filter(({ outcome }) => (outcome === 'held') === isHeld);
    const [first] = some;
    if (first === undefined) return [];
    const recipients = some.map(({ receipt }) => receipt.recipient);
    const { status, text } = first.receipt;
    const what = `In doubt: to ${namesOf(recipients)}: ${status} ${withStop(text)}`;
    const next = isHeld
      ? `This happened ${times.get(first.id)} times, so it is on hold and not sent again by itself (possibly sent ${times.get(first.id)} times). ${wayOut(some)}`
      : `It is sent again in ${inWords((first.nextTryAt ?? now).getTime() - now.getTime())} (possibly sent twice).`;
    return [{ recipients, status, isHeld, sentence: `${what} ${next}` }];
  });
}

function wayOut(some: readonly OutboxUpdate[]): string {
  const entries = some.map(({ id }) => id).join(' ');
  return `Ask the recipient; then "postroom outbox retry ${entries}" sends it again, "postroom outbox return ${entries}" gives it up.`;
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function inWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
