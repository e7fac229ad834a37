// What an ISP's answer means for a message that waits in the Outbox: gone, tried again, or returned to its author.
import type { DestinationReceipt } from '@postroom/sdk';
import { isNoticeWanted } from '../mail/bounce.js';
import type { OutboxEntry, OutboxUpdate } from '../store/outbox.js';
import { DELAY_NOTICE_AFTER_MS, isHopeless, relayWait } from './retry.js';

/** What a receipt means for an Outbox entry. Pure. */
export function judge(entry: OutboxEntry, receipt: DestinationReceipt | undefined, now: Date): OutboxUpdate {
  const known: DestinationReceipt = receipt ?? { recipient: entry.recipient, outcome: 'deferred', status: '4.3.0', text: 'No receipt.' };
  if (known.outcome === 'delivered') {
    return { id: entry.id, outcome: 'sent', receipt: known, nextTryAt: undefined };
  }
  const waiting = now.getTime() - entry.queuedAt.getTime();
  const attempts = entry.attempts + 1;
  const setUp = known.configuration === true;
  if (!setUp && (known.outcome === 'failed' || isHopeless(waiting, attempts))) {
    return { id: entry.id, outcome: 'bounced', receipt: known, nextTryAt: undefined };
  }
  const nextTryAt = known.retryAfter ?? new Date(now.getTime() + relayWait(attempts));
  const notice = !entry.delayNoticed && waiting >= DELAY_NOTICE_AFTER_MS && isNoticeWanted('delayed', entry.notify);
  return { id: entry.id, outcome: 'deferred', receipt: known, nextTryAt, ...(notice && { delayNoticed: true }) };
}
