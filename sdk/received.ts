// Reads a Received field (RFC 5321 section 4.4) as tokens. Hosts write it in many ways, and a sender writes whatever he likes into comments and
// HELO names: so words count only where a clause may begin, comments only where the host that wrote them says what it saw, and time is linear.
import { ipAddressesIn } from './ipAddresses.js';
import { asBuffer } from './mail/octets.js';
import type { HeaderField } from './mail.js';

/** What a Received field says. Names are in lower case; each part is `undefined` where the field lacks it. */
export interface Received {
  /** The host that wrote the field. */
  readonly by: string | undefined;
  /** What the client called itself. It chooses that: the name proves nothing. */
  readonly from: string | undefined;
  /** How the message was handed over (RFC 3848): `esmtps`, `lmtp`, `local`. */
  readonly with: string | undefined;
  /** Over what link, or through which part of a mail system. */
  readonly via: string | undefined;
  /** The one recipient it was for, without angle brackets, as it was written. */
  readonly for: string | undefined;
  /** IP addresses of the client, as the host that wrote the field saw them: of its comments behind `from`, without what the client says of itself. */
  readonly clients: readonly string[];
  /** All IP addresses behind `from`, those that the client may have made up included. */
  readonly named: readonly string[];
  /** IP addresses that the host says of itself, behind `by`. */
  readonly own: readonly string[];
  /** The client was a program on the same machine, by a socket without an address. */
  readonly bySocket: boolean;
  /** It reads in one way only. Otherwise a greeting may have put clauses into it, and it proves nothing but who wrote it. */
  readonly isPlain: boolean;
}

/** Stands in no name of a host, and in no address. */
const CONTROL = /\p{Cc}/u;
const CLAUSES = new Set(['from', 'by', 'via', 'with', 'id', 'for']);
/** What the client calls itself begins here, inside a comment. */
const GREETING = /\b(?:helo|ehlo|lhlo)\b/i;
/** A date holds nothing else. */
const DATE = /^[\w\s,:+.'-]*$/;

/** The octets as they came: an encoded-word says nothing in a trace field (RFC 2047 section 5), and a client may greet with one. */
export function readReceivedField(field: HeaderField): Received {
  const text = asBuffer(field.raw).toString('utf8');
  return readReceived(text.slice(text.indexOf(':') + 1));
}

/** `value`: without the name of the field. */
export function readReceived(value: string): Received {
  const found = new Map<string, string>();
  const comments: Record<'from' | 'by', string[]> = { from: [], by: [] };
  const literals: string[] = [];
  let clause: string | undefined;
  let section: string | undefined;
  let isPlain = true;
  for (const { kind, text, isWhole } of receivedTokens(value)) {
    isPlain &&= isWhole;
    if (kind === 'end') {
      isPlain &&= DATE.test(text);
    } else if (kind === 'comment') {
      // Before `by` all is about the client, whatever words it has used.
      if (section === 'by') comments.by.push(text);
      else if (section === 'from' || !found.has('by')) comments.from.push(text);
    } else if (clause !== undefined) {
      // The word behind a clause is its value, whatever it looks like: in `id for` the id is "for". What stands before `by` is the client's.
      const isOwnWord = clause === 'from' || clause === 'by' || found.has('by');
      if (!found.has(clause) && isOwnWord) found.set(clause, text);
      section = clause;
      clause = undefined;
    } else if (CLAUSES.has(text.toLowerCase())) {
      clause = text.toLowerCase();
      // A field has one client and one writer, and the writer comes before what it says of the way.
      isPlain &&= clause === 'from' || clause === 'by' ? !found.has(clause) : found.has('by');
    } else if (section === 'from') {
      literals.push(text);
    }
  }
  const from = found.get('from')?.toLowerCase();
  const seen = comments.from.map(withoutGreeting);
  // Where the greeting stands in a comment, the address may stand in the place of the name: `from [10.0.0.5] (helo=scanner)`.
  const hasGreeting = comments.from.some((comment) => GREETING.test(comment));
  const word = from?.startsWith('[') === true && hasGreeting ? [from] : [];
  return {
    by: hostOf(found.get('by')),
    from,
    with: found.get('with')?.toLowerCase(),
    via: found.get('via')?.toLowerCase(),
    for: isPlain ? mailboxOf(found.get('for')) : undefined,
    clients: ipAddressesIn([...word, ...literals, ...seen]),
    named: ipAddressesIn([...(from === undefined ? [] : [from]), ...literals, ...comments.from]),
    own: ipAddressesIn([found.get('by') ?? '', ...comments.by]),
    bySocket: seen.some((comment) => /^\s*\[?unix[ -]socket\]?\s*$/i.test(comment)),
    isPlain,
  };
}

/** Without what follows a greeting, and without addresses of mail: both are the client's words. */
function withoutGreeting(comment: string): string {
  const greeting = GREETING.exec(comment);
  const text = greeting === null ? comment : comment.slice(0, greeting.index);
  return text.includes('<') ? text.slice(0, text.indexOf('<')) : text;
}

function hostOf(word: string | undefined): string | undefined {
  const host = word?.replace(/\.$/, '').toLowerCase();
  return host === undefined || host === '' || CONTROL.test(host) ? undefined : host;
}

function mailboxOf(word: string | undefined): string | undefined {
  if (word === undefined || CONTROL.test(word)) return undefined;
  const address = word.startsWith('<') && word.endsWith('>') ? word.slice(1, -1) : word;
  // A list says only that there were several recipients, and the field need not name them all.
  return address.includes('@') && !address.includes(',') ? address : undefined;
}

interface Token {
  readonly kind: 'word' | 'comment' | 'end';
  /** Of a comment: without its brackets. Of the end: what stands behind the semicolon, without comments. */
  readonly text: string;
  /** It is closed, and holds nothing that might have been a clause. */
  readonly isWhole: boolean;
}

/** Ends a word, or opens what belongs to it. */
const MEANING = /[\s("<;]/g;

/** Words of a Received field up to the date, `<...>` and quoted strings kept whole; its comments; and the date. Cut out of the text, never put together. */
function receivedTokens(value: string): readonly Token[] {
  const tokens: Token[] = [];
  let start = 0;
  let isWhole = true;
  const endWord = (end: number): void => {
    if (end > start) tokens.push({ kind: 'word', text: value.slice(start, end), isWhole });
    isWhole = true;
  };
  let position = meaningAt(value, 0);
  while (position < value.length) {
    const character = value.charAt(position);
    if (character === '<' || character === '"') {
      const { end, closed } = endOfQuote(value, position, character === '<' ? '>' : '"');
      // A greeting may open what only a later word of the host closes: a quotation mark, an angle bracket.
      isWhole &&= closed && character === '<' && !/\s/.test(value.slice(position, end));
      position = meaningAt(value, end);
      continue;
    }
    endWord(position);
    if (character === ';') return [...tokens, dateAt(value, position + 1)];
    start = position + 1;
    if (character === '(') {
      const { end, closed } = endOfComment(value, position);
      tokens.push({ kind: 'comment', text: value.slice(position + 1, closed ? end - 1 : end), isWhole: closed });
      start = end;
    }
    position = meaningAt(value, start);
  }
  endWord(value.length);
  return tokens;
}

function meaningAt(value: string, from: number): number {
  MEANING.lastIndex = from;
  return MEANING.exec(value)?.index ?? value.length;
}

/** All that stands behind the semicolon, without comments. */
function dateAt(value: string, start: number): Token {
  let text = '';
  let isWhole = true;
  let position = start;
  for (let comment = value.indexOf('(', position); comment >= 0; comment = value.indexOf('(', position)) {
    const { end, closed } = endOfComment(value, comment);
    text += value.slice(position, comment);
    isWhole &&= closed;
    position = end;
  }
  return { kind: 'end', text: text + value.slice(position), isWhole };
}

function endOfComment(value: string, start: number): { readonly end: number; readonly closed: boolean } {
  let depth = 0;
  for (let position = start; position < value.length; position += 1) {
    const character = value[position];
    if (character === '\\') position += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return { end: position + 1, closed: true };
    }
  }
  return { end: value.length, closed: false };
}

function endOfQuote(value: string, start: number, close: string): { readonly end: number; readonly closed: boolean } {
  for (let position = start + 1; position < value.length; position += 1) {
    if (value[position] === '\\') position += 1;
    else if (value[position] === close) return { end: position + 1, closed: true };
  }
  return { end: value.length, closed: false };
}
