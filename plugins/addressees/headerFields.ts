// L3 and L4: what the sender's own fields say, limited to the account's addresses.
import { type AccountView, type Address, type HeaderField, isOwnAddress, type MailView } from '@postroom/sdk';

/** One of the account's addresses in a field. */
export interface FieldEvidence {
  readonly field: string;
  readonly address: Address;
}

export const RECIPIENT_FIELDS: readonly string[] = ['To', 'Cc', 'Apparently-To', 'Bcc'];

/** Our addresses in To, Cc, Apparently-To and Bcc. */
export function headerEvidence(account: AccountView, mail: MailView): readonly FieldEvidence[] {
  return RECIPIENT_FIELDS.flatMap((field) => ownEvidence(account, field, mail.addresses(field)));
}

/** Our addresses in the newest block of Resent fields: who it was redirected to last. Older blocks are history (RFC 5322 section 3.6.6). */
export function resentEvidence(account: AccountView, mail: MailView): readonly FieldEvidence[] {
  return newestResentBlock(mail.headers())
    .filter((field) => /^resent-(to|cc|bcc)$/i.test(field.name))
    .flatMap((field) => ownEvidence(account, field.name, mail.addresses(field)));
}

/** The topmost run of Resent fields; a second one of the same name belongs to the block before. */
export function newestResentBlock(fields: readonly HeaderField[]): readonly HeaderField[] {
  const isResent = (field: HeaderField): boolean => /^resent-/i.test(field.name);
  const start = fields.findIndex(isResent);
  if (start < 0) return [];
  const block: HeaderField[] = [];
  const names = new Set<string>();
  for (const field of fields.slice(start)) {
    const name = field.name.toLowerCase();
    if (!isResent(field) || names.has(name)) break;
    names.add(name);
    block.push(field);
  }
  return block;
}

function ownEvidence(account: AccountView, field: string, addresses: readonly Address[]): FieldEvidence[] {
  return addresses.filter((address) => isOwnAddress(account, address)).map((address) => ({ field, address }));
}
