// Header lines that one reader takes for fields and another for text: behind a line that is none. A sender must not be able to show
// a mail program what this server does not see.
import type { MailView } from '@postroom/sdk';

const HEADER_END = '\r\n\r\n';
const READ_AT_MOST = 256 * 1024;
/** A line that is neither a field nor the rest of one, and another such line or white space behind it. */
const DOUBTFUL_LINES = /^(?![ \t]|[!-9;-~]+[ \t]*:)[^\n]+\n(?:[ \t]|(?![!-9;-~]+[ \t]*:|\r?\n)[^\n])/m;
const AUTHOR_LINE = /^(from|sender|resent-from|resent-sender)[ \t]*:/gim;

/** Why somebody else may stand in the header unseen: a field about the author before the first empty line that was not read. */
export async function hiddenAuthor(mail: MailView): Promise<string | undefined> {
  if (mail.headerCut) return 'its header is longer than 256 KB, and nobody looks who it is from behind that';
  // Without any field all is text, and an empty line is put before it.
  if (mail.headers().length === 0) return undefined;
  let text = '';
  for await (const piece of mail.raw()) {
    text += Buffer.from(piece).toString('latin1');
    if (text.includes(HEADER_END)) break;
    if (text.length > READ_AT_MOST) return 'its header is broken: no empty line ends it within 256 KB';
  }
  const end = text.indexOf(HEADER_END);
  const header = end < 0 ? text : text.slice(0, end);
  const seen = new Map<string, number>();
  // Programs differ in how far they read on behind lines that are none, whatever this server does.
  const doubtful = DOUBTFUL_LINES.exec(header)?.index ?? header.length;
  for (const { 1: name = '', index } of header.matchAll(AUTHOR_LINE)) {
    const count = (seen.get(name.toLowerCase()) ?? 0) + 1;
    seen.set(name.toLowerCase(), count);
    if (count > mail.headers(name).length || index > doubtful)
      return `its header is broken: a line "${name}:" stands behind one that is no header line`;
  }
  return undefined;
}
