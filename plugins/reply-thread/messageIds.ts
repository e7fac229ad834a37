// Message-IDs: those that a message answers, and how they are kept.
import { createHash } from 'node:crypto';
import type { HeaderField, MailView, SortPlan } from '@postroom/sdk';

const MOST_IDS = 30;

/** The messages that this one answers, nearest first: In-Reply-To, then References from the end (RFC 5322 section 3.6.4). */
export function answeredIds(mail: MailView): readonly string[] {
  const direct = idsIn(mail.headers('In-Reply-To'));
  const references = [...idsIn(mail.headers('References'))].reverse();
  return [...new Set([...direct, ...references])].slice(0, MOST_IDS);
}

/** The id under which a message goes out: its own, or the one that submission gave it; `undefined` where it has none. */
export function ownId(plan: SortPlan, mail: MailView): string | undefined {
  const added = plan.addHeaders.filter((line) => /^message-id:/i.test(line));
  return [...idsIn(mail.headers('Message-ID')), ...added.flatMap(idsInText)][0];
}

function idsIn(fields: readonly HeaderField[]): readonly string[] {
  return fields.flatMap((field) => idsInText(field.value));
}

/** Texts in angle brackets without white space. */
export function idsInText(text: string): readonly string[] {
  return text.match(/<[^<>\s]{1,500}>/g) ?? [];
}

/** What is kept of an id: enough to recognise it, nothing to read. */
export function idHash(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 24);
}
