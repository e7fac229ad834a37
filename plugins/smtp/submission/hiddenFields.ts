// Header lines that one reader takes for fields and another for text: behind a line that is none. Whoever sends a message must not be able to say to
// a mail program what this server does not see.
import type { MailView } from '@postroom/sdk';

const HEADER_END = '\r\n\r\n';
const AUTHOR_LINE = /^(from|sender|resent-from|resent-sender)[ \t]*:/gim;

/** The name of a field about the author that stands before the first empty line and was not read; `undefined` where there is none. */
export async function hiddenAuthorField(mail: MailView): Promise<string | undefined> {
  // Without any field all is text, and an empty line is put before it.
  if (mail.headers().length === 0) return undefined;
  let text = '';
  for await (const piece of mail.raw()) {
    text += Buffer.from(piece).toString('latin1');
    if (text.includes(HEADER_END)) break;
  }
  const end = text.indexOf(HEADER_END);
  const seen = new Map<string, number>();
  for (const [, name = ''] of (end < 0 ? text : text.slice(0, end)).matchAll(AUTHOR_LINE)) {
    const count = (seen.get(name.toLowerCase()) ?? 0) + 1;
    seen.set(name.toLowerCase(), count);
    if (count > mail.headers(name).length) return name;
  }
  return undefined;
}
