// L3 and L4: what the sender's own fields say, limited to the account's addresses.
import { type AccountView, type Address, type HeaderField, isOwnAddress, type MailView } from '@postroom/sdk';

/** One of the account's addresses in a field. */
export interface FieldEvidence {
  readonly field: string;
  readonly address: Address;
}

/** Lower case. */
const RESENT_FIELDS: readonly string[] = ['resent-to', 'resent-cc', 'resent-bcc'];

/** Begin the message that was redirected, or its way until then. */
const REDIRECTED: readonly string[] = ['received', 'return-path', 'from', 'date'];

export const RECIPIENT_FIELDS: readonly string[] = ['To', 'Cc', 'Apparently-To', 'Bcc'];

/** Our addresses in To, Cc, Apparently-To and Bcc. */
export function headerEvidence(account: AccountView, mail: MailView): readonly FieldEvidence[] {
  return RECIPIENT_FIELDS.flatMap((field) => ownEvidence(account, field, mail.addresses(field)));
}

/** Our addresses in the newest block of Resent fields: who it was redirected to last. Older blocks are history (RFC 5322 section 3.6.6). */
export function resentEvidence(account: AccountView, mail: MailView): readonly FieldEvidence[] {
  return resentDestinations(mail).flatMap((field) => ownEvidence(account, field.name, mail.addresses(field)));
}

/** Resent-To and its like in the newest block. */
export function resentDestinations(mail: MailView): readonly HeaderField[] {
  if (RESENT_FIELDS.every((name) => mail.headers(name).length === 0)) return [];
  return newestResentBlock(mail.headers()).filter((field) => RESENT_FIELDS.includes(field.name.toLowerCase()));
}

/**
 * The topmost Resent fields, down to a second one of the same name, which belongs to the block before. Hosts on the way put fields of theirs in between
 * (RFC 5322 section 3.6.6 asks them not to). What was there when it was redirected is none of theirs: once the block names somebody, it ends there.
 */
function newestResentBlock(fields: readonly HeaderField[]): readonly HeaderField[] {
  const block = new Map<string, HeaderField>();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    if (REDIRECTED.includes(name) && RESENT_FIELDS.some((destination) => block.has(destination))) break;
    if (!name.startsWith('resent-')) continue;
    if (block.has(name)) break;
    block.set(name, field);
  }
  return [...block.values()];
}

function ownEvidence(account: AccountView, field: string, addresses: readonly Address[]): FieldEvidence[] {
  return addresses.filter((address) => isOwnAddress(account, address)).map((address) => ({ field, address }));
}
