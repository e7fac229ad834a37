// A line in a header that is no field: a hop on the way broke it, or the empty line before the body is missing. Which of the two it is, the fields
// behind it tell: a body has none of those that a header still lacks.
import { fieldNameEnd, foldedEnd, isBorder, isEmptyLine, lineEnd, unseenEnd } from './headerOctets.js';

/** Broken lines of a header that are passed over; more of them are a body. */
export const MOST_BROKEN = 100;
/** Lines in a row that are looked at for a field. */
const MOST_AHEAD = 60;
/** Broken lines in a row behind which any field of a header is believed to be one. */
const FEW = 3;

/** Names of one word that headers have; a name with a hyphen in it stands in no letter's text but in a header. Lower case. */
const NAMES = new Set(
  'approved bcc cc comments date encrypted errors expires from importance keywords lines newsgroups organisation organization path precedence priority received references sender sensitivity status subject supersedes to xref'.split(
    ' ',
  ),
);
/** Stand in a header once (RFC 5322 section 3.6): where one stands already, the next belongs to a text that quotes a header. Lower case. */
const ONCE = new Set(
  'content-transfer-encoding content-type date from in-reply-to message-id mime-version references reply-to sender subject'.split(' '),
);
/** No header does well without these: where one is missing above, it is looked for behind many broken lines. Lower case. */
const NEEDED = new Set('content-transfer-encoding content-type date from message-id mime-version subject'.split(' '));
/** Without one of these no text is taken for a header. Lower case. */
const PROOF = new Set('date delivered-to from message-id mime-version received return-path'.split(' '));

/** Whether a field of this name, in lower case, can be told from a line of text. */
function isHeaderName(name: string): boolean {
  return NAMES.has(name) || /^[a-z\d]+(?:-[a-z\d]+)+$/.test(name);
}

/** What is known of a header above a broken line. */
export interface HeaderAbove {
  /** Whether a field of this name, in lower case, stands there. */
  readonly has: (name: string) => boolean;
  /** The body is declared to be Base64: no text is part of it. */
  readonly isBase64: boolean;
}

/** Where the header goes on behind the broken line at `start`: the position of that field, or of the empty line; undefined where the body begins. */
export function continuedAt(buffer: Buffer, start: number, above: HeaderAbove): number | undefined {
  let broken = 0;
  let nearest: number | undefined;
  let position = start;
  for (let lines = 0; lines < MOST_AHEAD && position < buffer.length && !isEmptyLine(buffer, position); lines += 1) {
    if (isBorder(buffer, position)) break;
    const name = nameAt(buffer, position);
    if (name === undefined) {
      broken += 1;
    } else if (isHeaderName(name)) {
      const isRecipient = name === 'to' || name === 'cc';
      const repeats = ONCE.has(name) && above.has(name);
      if (repeats && nearest === undefined) return undefined;
      if (!repeats && (NEEDED.has(name) || (isRecipient && !above.has('to') && !above.has('cc')))) return position;
      if (broken <= FEW) nearest ??= position;
    }
    position = foldedEnd(buffer, lineEnd(buffer, position));
  }
  const isText =
    above.isBase64 && broken <= FEW && isEmptyLine(buffer, position) && /[^\w+/=\r\n]/.test(buffer.toString('latin1', start, position));
  return nearest ?? (isText ? position : undefined);
}

/** The same at the beginning of a message, where all may be text: one broken line only. */
export function headerBehind(buffer: Buffer, start: number): number | undefined {
  const next = foldedEnd(buffer, lineEnd(buffer, start));
  return isHeader(buffer, next) ? next : undefined;
}

/** Whether the lines that begin at `start` are a header beyond doubt: several fields, of which some stand in no text. */
export function isHeader(buffer: Buffer, start: number): boolean {
  let fields = 0;
  let isProven = false;
  for (let position = start; position < buffer.length && fields < MOST_AHEAD; position = foldedEnd(buffer, lineEnd(buffer, position))) {
    const name = isEmptyLine(buffer, position) ? undefined : nameAt(buffer, position);
    if (name === undefined || (fields === 0 && !isHeaderName(name))) break;
    fields += 1;
    isProven ||= PROOF.has(name);
  }
  return isProven && fields > 1;
}

/** The name of the field that begins here, in lower case. */
function nameAt(buffer: Buffer, start: number): string | undefined {
  const from = unseenEnd(buffer, start);
  const end = fieldNameEnd(buffer, from, lineEnd(buffer, from));
  return end > from ? buffer.toString('latin1', from, end).toLowerCase() : undefined;
}

/** Fields of words, whose next line is what the words go on with. Lower case. */
const TEXTS = new Set('comments content-description keywords organization subject thread-topic'.split(' '));
const LISTS = new Set('bcc cc from reply-to resent-bcc resent-cc resent-from resent-sender resent-to sender to'.split(' '));
const IDS = new Set('in-reply-to message-id references'.split(' '));
const PARAMETERS = new Set('content-disposition content-type'.split(' '));

/** A field whose name has spaces in it, as some filters write: it belongs to no other. */
const SPACED_NAME = /^[A-Z][\w-]*(?: [A-Z][\w-]*){1,4} ?:/;

/**
 * Whether a broken line is the rest of the field above it, whose white space in front was lost. `name` in lower case; `above`: the end of the field so far. Never of a
 * field that hosts write: the first line of what a sender gave them stands below the ISP's last one.
 */
export function isWrapped(name: string, above: string, line: string): boolean {
  if (TEXTS.has(name)) return !SPACED_NAME.test(line);
  if (LISTS.has(name)) return /[,;]\s*$/.test(above) || (line.includes('@') && !SPACED_NAME.test(line));
  if (IDS.has(name)) return line.startsWith('<');
  return PARAMETERS.has(name) && /^\s*;?\s*[\w*-]{1,60}=/.test(line.slice(0, 80));
}
