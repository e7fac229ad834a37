// What an ISP's answer means for a message that waits in the Outbox: gone, tried again, kept back, or returned to its author.
import type { DestinationReceipt } from '@postroom/sdk';
import type { OutboxEntry, OutboxUpdate } from '@postroom/sdk/services';
import { isNoticeWanted } from '../../mail/bounce.js';
import { DELAY_NOTICE_AFTER_MS, doubtWait, isHopeless, MOST_DOUBTS, relayWait } from './relayWaits.js';

/** What a receipt means for an Outbox entry. Pure. */
export function outcomeOf(entry: OutboxEntry, receipt: DestinationReceipt | undefined, now: Date): OutboxUpdate {
  const known: DestinationReceipt = receipt ?? { recipient: entry.recipient, outcome: 'deferred', status: '4.3.0', text: 'No receipt.' };
  const tried = { id: entry.id, ...(entry.lease !== undefined && { lease: entry.lease }) };
  if (known.outcome === 'delivered') {
    return { ...tried, outcome: 'sent', receipt: known, nextTryAt: undefined };
  }
  const waiting = now.getTime() - entry.queuedAt.getTime();
  const attempts = entry.attempts + 1;
  const setUp = known.configuration === true;
  const doubts = known.unsure === true && known.outcome === 'deferred' ? (entry.doubts ?? 0) + 1 : 0;
  if (doubts >= MOST_DOUBTS) {
    return { ...tried, outcome: 'held', receipt: known, nextTryAt: undefined, doubtful: true };
  }
  // What may have arrived is not returned as if it had not.
  if (!setUp && doubts === 0 && (known.outcome === 'failed' || isHopeless(waiting, attempts))) {
    const untold = whyUntold(entry);
    return { ...tried, outcome: 'bounced', receipt: known, nextTryAt: undefined, ...(untold !== undefined && { untold }) };
  }
  const wait = Math.max(relayWait(attempts), doubts > 0 ? doubtWait(doubts) : 0);
  const soonest = new Date(now.getTime() + wait);
  const asked = known.retryAfter ?? soonest;
  const nextTryAt = doubts > 0 && asked < soonest ? soonest : asked;
  const notice = !entry.delayNoticed && waiting >= DELAY_NOTICE_AFTER_MS && isNoticeWanted('delayed', entry.notify);
  return {
    ...tried,
    outcome: 'deferred',
    receipt: known,
    nextTryAt,
    ...(doubts > 0 && { doubtful: true }),
    ...(notice && { delayNoticed: true }),
  };
}

/** A null sender gets no notice (RFC 5321 section 4.5.5), nor an author who asked for none (RFC 3461 section 4.1). */
function whyUntold({ from, notify }: OutboxEntry): string | undefined {
  if (from === '') return 'it has no sender, as receipts and automatic answers have none';
  return isNoticeWanted('failed', notify) ? undefined : 'its author asked for no notice';
}
