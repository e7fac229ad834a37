// By which names a message's mailing list is known.
import { foldCase, type MailView } from '@postroom/sdk';

export interface MailingList {
  /** Keys to look up, folded, best first: List-Id (RFC 2919), the posting address (RFC 2369), whom the message is addressed to. */
  readonly names: readonly string[];
  /** How to call it, where the message is a list's beyond doubt. */
  readonly title: string | undefined;
}

export function mailingListOf(mail: MailView): MailingList {
  const id = inBrackets(mail.header('List-Id'));
  const post = /^mailto:([^?]+)/i.exec(inBrackets(mail.header('List-Post')) ?? '')?.[1];
  const addressed = [...mail.addresses('To'), ...mail.addresses('Cc'), ...mail.addresses('Sender')]
    .filter((address) => address.domain !== '')
    .map((address) => `${address.local}@${address.domain}`);
  const names = [id, post, ...addressed].filter((name) => name !== undefined).map(foldCase);
  return { names: [...new Set(names)], title: id ?? post };
}

/** The text in the last pair of angle brackets, else the whole. */
function inBrackets(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const start = value.lastIndexOf('<');
  const end = value.indexOf('>', start);
  const text = (start >= 0 && end > start ? value.slice(start + 1, end) : value).trim();
  return text === '' ? undefined : text;
}

/** Whether software, not a person, sent it to many. */
export function isBulk(mail: MailView): boolean {
  return (
    mail.header('List-Id') !== undefined ||
    mail.header('List-Post') !== undefined ||
    /^\s*(list|bulk|junk)\s*$/i.test(mail.header('Precedence') ?? '')
  );
}
