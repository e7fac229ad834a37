// A smart host that replaces the Message-ID and does not say the new one leaves References alone: a message that names itself there is found by it, since
// answers repeat what stood in References (RFC 5322 section 3.6.4). Only where such a host was noticed: to a program that builds threads it is a curiosity.
import type { MailView, SortPlan } from '@postroom/sdk';
import { idsInText } from './messageIds.js';

/** The first one began the thread, the others lead here. */
const MOST_REFERENCES = 20;
const PLAIN = /^<[!-;=?-~]{1,250}>$/;

/** For submitted mail on its way to the outside, behind the tap that gives it a Message-ID. */
export function nameItself(plan: SortPlan, mail: MailView): SortPlan {
  const [own] = idsInText(mail.header('Message-ID') ?? plan.addHeaders.find((line) => /^message-id:/i.test(line)) ?? '');
  // What somebody passes on keeps its author's id, and has had an answer or none.
  const isRedirected = mail.headers().some(({ name }) => /^resent-/i.test(name));
  if (own === undefined || !PLAIN.test(own) || isRedirected) return plan;
  const fields = mail.headers('References');
  const former = fields.flatMap(({ value }) => idsInText(value)).filter((id) => PLAIN.test(id) && id !== own);
  const kept = former.length < MOST_REFERENCES ? former : [...former.slice(0, 1), ...former.slice(2 - MOST_REFERENCES)];
  const reason = 'the smart host replaces Message-IDs: answers will name this one in References';
  const concealed = fields.reduce((result, field) => result.conceal(field, reason), plan);
  return concealed.addHeader(`References: ${[...kept, own].join(' ')}`, reason);
}
