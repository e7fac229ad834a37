// Who wrote a submitted message, as its header says it, against who logged in. For plugins that contribute kinds of accounts: a kind knows which
// addresses and names are whose (RFC 6409 sections 6.1 and 8.1).
import type { Address, HeaderField, MailView } from './mail.js';
import type { SortPlan } from './sorting.js';

/** Whose an address in a header is: the author's own, somebody else's (a colleague's, a stranger's, none that can be read), or one that names no person. */
export type Whose = 'author' | 'nobody' | 'other';

/** Who sends a message, and how to tell what is his. */
export interface Authorship {
  /** As a header names him, in ASCII: `greg <mail@company.com>`. */
  readonly mailbox: string;
  readonly whose: (address: Address) => Whose;
}

/**
 * What From claims. `author`: one mailbox, his. `nobody`: it is missing, or names no person. `other`: all else, such as several authors, one of them
 * somebody else, or a group, whose name is shown and is no address.
 */
export function claimedAuthor(mail: MailView, { whose }: Pick<Authorship, 'whose'>): Whose {
  const fields = mail.headers('From');
  const [field] = fields;
  const addresses = mail.addresses('From');
  const [address] = addresses;
  if (field === undefined) return 'nobody';
  if (address === undefined || fields.length > 1 || addresses.length > 1 || hasGroup(field)) return 'other';
  return claimed(address, whose);
}

/** Text that other programs may read differently proves no author. */
function claimed(address: Address, whose: Authorship['whose']): Whose {
  return address.mended === true ? 'other' : whose(address);
}

/** Whether the author passes on somebody else's mail, and says so (RFC 5322 section 3.6.6): From stays that of the writer. */
export function isRedirected(mail: MailView, { whose }: Pick<Authorship, 'whose'>): boolean {
  const [field] = mail.headers('Resent-From');
  const addresses = field === undefined ? [] : mail.addresses(field);
  return (
    field !== undefined && addresses.length === 1 && !hasGroup(field) && addresses.every((address) => claimed(address, whose) !== 'other')
  );
}

/** Puts the author in the place of From. */
export function withAuthor(plan: SortPlan, mail: MailView, { mailbox }: Authorship, reason: string): SortPlan {
  return mail
    .headers('From')
    .reduce((result, field) => result.conceal(field, reason), plan)
    .addHeader(`From: ${mailbox}`, reason);
}

/** Says beside From who has sent the message (RFC 5322 section 3.6.2), whatever else said so. */
export function withSender(plan: SortPlan, mail: MailView, { mailbox }: Authorship, reason: string): SortPlan {
  return mail
    .headers('Sender')
    .reduce((result, field) => result.conceal(field, reason), plan)
    .addHeader(`Sender: ${mailbox}`, reason);
}

/** Keeps from every copy what says that somebody else has sent the message, or has passed it on last. */
export function withoutFalseSenders(plan: SortPlan, mail: MailView, { whose }: Pick<Authorship, 'whose'>): SortPlan {
  const newest = ['Resent-From', 'Resent-Sender'].flatMap((name) => mail.headers(name).slice(0, 1));
  return [...mail.headers('Sender'), ...newest]
    .filter((field) => {
      const addresses = mail.addresses(field);
      return addresses.length === 0 || hasGroup(field) || addresses.some((address) => claimed(address, whose) === 'other');
    })
    .reduce((result, field) => result.conceal(field, `${field.name} names somebody who has not sent it`), plan);
}

/** Refuses a submitted message; its client hears the sentence. */
export function refuseSubmission(plan: SortPlan, reason: string): SortPlan {
  return plan.tag('refused', reason).quarantine(reason);
}

/** Whether a field holds a group (RFC 5322 section 3.4): a colon outside of quotes, comments, brackets and domain literals. Linear. */
function hasGroup(field: HeaderField): boolean {
  const raw = Buffer.from(field.raw).toString('latin1');
  const text = raw.slice(raw.indexOf(':') + 1);
  let depth = 0;
  let closing = '';
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place] ?? '';
    if (character === '\\') place += 1;
    else if (closing !== '') closing = character === closing ? '' : closing;
    else if (character === '(') depth += 1;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (character === '"') closing = '"';
    else if (character === '<') closing = '>';
    else if (character === '[') closing = ']';
    else if (character === ':' || character === ';') return true;
  }
  return false;
}
