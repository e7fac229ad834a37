// Recognises mail that goes round in circles.
import { createHmac } from 'node:crypto';
import type { MailView, SortPlan } from '@postroom/sdk';

/** Written on every copy of mail from outside: by it a server knows this one message again, and no other. */
export const LOOP_HEADER = 'X-Postroom-Loop';

/**
 * Sets aside what comes back from the ISP though this server has delivered it before, and what passed too many servers. Only mail that came from
 * outside is marked: what a user sends to a list may well come back to him.
 */
export function detectLoop(plan: SortPlan, mail: MailView, secret: string, maxReceived: number): SortPlan {
  const received = mail.headers('Received').length;
  if (received > maxReceived) return plan.quarantine(`loop: ${received} Received lines, ${maxReceived} are allowed`);
  const marks = mail.origin === 'fetched' ? mail.headers(LOOP_HEADER) : [];
  if (marks.length === 0) return plan;
  const own = markOf(mail, secret);
  const isOurs = own !== undefined && marks.some((field) => field.value.trim() === own);
  return isOurs ? plan.quarantine('loop: this server has delivered it before, and somebody sent it back') : plan;
}

export function markDelivered(plan: SortPlan, mail: MailView, secret: string): SortPlan {
  const mark = mail.origin === 'submitted' ? undefined : markOf(mail, secret);
  return mark === undefined ? plan : plan.addHeader(`${LOOP_HEADER}: ${mark}`, 'so that it is recognised if it comes back');
}

/**
 * Bound to what stays the same on a message's way. Receipts and forwarded mail show marks to people outside: one that counted for every message would
 * let them have any mail set aside. `undefined` for a message that says nothing of itself.
 */
function markOf(mail: MailView, secret: string): string | undefined {
  const fields = mail.header('Message-ID') === undefined ? ['From', 'Date', 'Subject'] : ['Message-ID'];
  const values = fields.map((name) => mail.header(name)?.trim() ?? '');
  if (values.every((value) => value === '')) return undefined;
  return createHmac('sha256', secret).update(values.join('\n')).digest('base64url').slice(0, 16);
}
