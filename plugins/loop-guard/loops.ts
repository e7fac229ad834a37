// Recognises mail that goes round in circles.
import { createHmac } from 'node:crypto';
import type { MailView, SortPlan } from '@postroom/sdk';

/**
 * Sets aside what comes back from the ISP though this server has delivered it before, and what passed too many servers. Only mail that came from
 * outside is marked: what a user sends to a list may well come back to him.
 */
export function detectLoop(plan: SortPlan, mail: MailView, secret: string, maxReceived: number): SortPlan {
  const trace = mail.headers('Received');
  if (trace.length > maxReceived) return plan.quarantine(`loop: ${trace.length} Received lines, ${maxReceived} are allowed`);
  // Few messages bear anything like a mark, and only those need one to compare with.
  const marks = mail.origin === 'fetched' ? trace.flatMap(({ value }) => marksIn(value)) : [];
  const isBack = marks.length > 0 && marks.includes(markOf(mail, secret) ?? '');
  return isBack ? plan.quarantine('loop: this server has delivered it before, and somebody sent it back') : plan;
}

/** What may be marks in a Received field: they end a word, behind a hyphen. */
function marksIn(received: string): string[] {
  return Array.from(received.matchAll(/-([\w-]{16})(?=[\s;]|$)/g), ([, mark = '']) => mark);
}

export function markDelivered(plan: SortPlan, mail: MailView, secret: string): SortPlan {
  const mark = mail.origin === 'submitted' ? undefined : markOf(mail, secret);
  return mark === undefined ? plan : plan.markTrace(mark, 'so that it is recognised if it comes back');
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
