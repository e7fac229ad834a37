// A header in ASCII, for servers that take nothing else: what people read stays what it is, and its content is said to be encoded as it goes out. Pure.
import { charsetOf, encodeAddresses, encodeParameters, encodeText, is8Bit, withoutEightBit } from './encodedText.js';
import type { Part } from './mimeWalk.js';
import { fieldsOf, type HeaderLine } from './partHeader.js';

const ADDRESSES =
  /^(?:resent-)?(?:from|sender|reply-to|to|cc|bcc)$|^(?:disposition-notification-to|return-receipt-to|errors-to|apparently-to|mail-followup-to|mail-reply-to)$/;
const PARAMETERS = /^content-(?:type|disposition)$/;
/** For programs: they hold no text that could be encoded. */
const FOR_PROGRAMS =
  /^(?:received|return-path|delivered-to|(?:resent-)?(?:message-id|date)|in-reply-to|references|mime-version|content-(?:id|location|transfer-encoding|language)|dkim-signature|authentication-results|arc-.*|list-.*|auto-submitted|precedence)$/;

export interface HeaderChange {
  /** Of octets that are no UTF-8. */
  readonly charset: string;
  /** The encoding that the content gets; `undefined`: it stays. */
  readonly encoding: string | undefined;
}

/** `undefined` where an address in it is not ASCII. */
export function sevenBitHeader(part: Part, change: HeaderChange): Buffer | undefined {
  const text = part.lines.toString('latin1');
  const fields = fieldsOf(text);
  const size = fields.reduce((sum, field) => sum + field.text.length, 0);
  const ascii = fields.map((field) => asciiField(field, change.charset));
  if (ascii.includes(undefined)) return undefined;
  const kept = fields.flatMap(({ name }, place) =>
    change.encoding !== undefined && name === 'content-transfer-encoding' ? [] : [ascii[place] ?? ''],
  );
  const added = change.encoding === undefined ? [] : [`Content-Transfer-Encoding: ${change.encoding}\r\n`];
  if (added.length > 0 && part.isMessage && !fields.some(({ name }) => name === 'mime-version')) added.unshift('MIME-Version: 1.0\r\n');
  // A header may end without a line end, where the message does.
  const joined = kept.join('');
  const gap = added.length > 0 && joined !== '' && !joined.endsWith('\n') ? '\r\n' : '';
  return Buffer.from(joined + gap + added.join('') + text.slice(size), 'latin1');
}

function asciiField({ text, name }: HeaderLine, otherwise: string): string | undefined {
  if (!is8Bit(text)) return text;
  const end = /\r?\n$/.exec(text)?.[0] ?? '';
  const colon = name === undefined ? 0 : text.indexOf(':') + 1;
  const [head, value] = [text.slice(0, colon), text.slice(colon, text.length - end.length)];
  const charset = charsetOf(value, otherwise);
  const ascii = asciiValue(name, value, charset);
  return ascii === undefined ? undefined : `${head}${ascii}${end}`;
}

function asciiValue(name: string | undefined, value: string, charset: string): string | undefined {
  if (name === undefined) return encodeText(value, charset);
  if (FOR_PROGRAMS.test(name)) return withoutEightBit(value);
  if (ADDRESSES.test(name)) return encodeAddresses(value, charset);
  return PARAMETERS.test(name) ? encodeParameters(value, charset) : encodeText(value, charset);
}
