// Recognises mail that goes round in circles.
import type { MailView, SortPlan } from '@postroom/sdk';

/** Written on every copy of mail from outside; holds a random word by which a server knows its own. */
export const LOOP_HEADER = 'X-Postroom-Loop';

/**
 * Sets aside what comes back from the ISP though this server has delivered it before, and what passed too many servers. Only mail that came from
 * outside is marked: what a user sends to a list may well come back to him.
 */
export function detectLoop(plan: SortPlan, mail: MailView, token: string, maxReceived: number): SortPlan {
  const received = mail.headers('Received').length;
  if (received > maxReceived) return plan.quarantine(`loop: ${received} Received lines, ${maxReceived} are allowed`);
  const isOurs = mail.headers(LOOP_HEADER).some((field) => field.value.trim() === token);
  if (isOurs && mail.origin === 'fetched') return plan.quarantine('loop: this server has delivered it before, and somebody sent it back');
  return plan;
}

export function markDelivered(plan: SortPlan, mail: MailView, token: string): SortPlan {
  return mail.origin === 'submitted' ? plan : plan.addHeader(`${LOOP_HEADER}: ${token}`, 'so that it is recognised if it comes back');
}
