// By which names a message's mailing list is known.
import { foldCase, type MailView } from '@postroom/sdk';

/** Octets of a List-Id (RFC 2919 section 3). */
const LONGEST_ID = 255;

export interface MailingList {
  /** Keys to look up, folded, best first: List-Id (RFC 2919), the posting address (RFC 2369), whom the message is addressed to. */
  readonly names: readonly string[];
  /** How to call it, where the message is a list's beyond doubt. */
  readonly title: string | undefined;
}

export function mailingListOf(mail: MailView): MailingList {
  const id = idOf(mail.header('List-Id'));
  const post = postingAddress(mail.header('List-Post'));
  const addressed = [...mail.addresses('To'), ...mail.addresses('Cc'), ...mail.addresses('Sender')]
    .filter((address) => address.domain !== '')
    .map((address) => `${address.local}@${address.domain}`);
  const names = [id, post, ...addressed].filter((name) => name !== undefined).map(foldCase);
  return { names: [...new Set(names)], title: id ?? post };
}

/** The text in the last pair of angle brackets, else the whole. */
function idOf(value = ''): string | undefined {
  const start = value.lastIndexOf('<');
  const end = value.indexOf('>', start);
  const text = (start >= 0 && end > start ? value.slice(start + 1, end) : value).trim();
  return text === '' || text.length > LONGEST_ID ? undefined : text;
}

/** The first mail address among the URLs in angle brackets. `NO` and web forms are none. */
function postingAddress(value = ''): string | undefined {
  const text = /<\s*mailto:([^<>?]{3,320})/i.exec(value)?.[1] ?? /^\s*mailto:([^<>?,\s]{3,320})/i.exec(value)?.[1];
  return text === undefined ? undefined : unescaped(text.trim());
}

/** `news%2Btalk@` is `news+talk@` (RFC 6068). */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether software, not a person, sent it to many. */
export function isBulk(mail: MailView): boolean {
  return (
    mail.header('List-Id') !== undefined ||
    mail.header('List-Post') !== undefined ||
    /^\s*(list|bulk|junk)\s*$/i.test(mail.header('Precedence') ?? '')
  );
}
