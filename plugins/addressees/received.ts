// Reads a Received field (RFC 5321 section 4.4) as tokens. Hosts write it in many ways, and a sender writes whatever he likes into comments and
// HELO names: so words count only where a clause may begin, comments never do, and time is linear in the length.

/** What a Received field says. Each part is `undefined` where the field lacks it. */
export interface Received {
  /** The host that wrote the field, in lower case. */
  readonly by: string | undefined;
  /** The one recipient it was for, without angle brackets. */
  readonly for: string | undefined;
}

/** Stands in no name of a host, and in no address. */
const CONTROL = /\p{Cc}/u;
const CLAUSES = new Set(['from', 'by', 'via', 'with', 'id', 'for']);

export function readReceived(value: string): Received {
  const found = new Map<string, string>();
  let clause: string | undefined;
  for (const token of receivedTokens(value)) {
    if (clause !== undefined) {
      // The word behind a clause is its value, whatever it looks like: in `id for` the id is "for".
      if (!found.has(clause)) found.set(clause, token);
      clause = undefined;
    } else if (CLAUSES.has(token.toLowerCase())) {
      clause = token.toLowerCase();
    }
  }
  return { by: hostOf(found.get('by')), for: mailboxOf(found.get('for')) };
}

function hostOf(word: string | undefined): string | undefined {
  const host = word?.replace(/\.$/, '').toLowerCase();
  // qmail's inner hops say `by 0`: a number without a dot names no host.
  return host === undefined || !/[a-z.:]/.test(host) || CONTROL.test(host) ? undefined : host;
}

function mailboxOf(word: string | undefined): string | undefined {
  if (word === undefined || CONTROL.test(word)) return undefined;
  const address = word.startsWith('<') && word.endsWith('>') ? word.slice(1, -1) : word;
  // A list says only that there were several recipients, and the field need not name them all.
  return address.includes('@') && !address.includes(',') ? address : undefined;
}

/** Words of a Received field up to the date: comments left out, `<...>` and quoted strings kept whole. */
function* receivedTokens(value: string): Generator<string> {
  let word = '';
  let position = 0;
  while (position < value.length) {
    const character = value[position] ?? '';
    if (character === '(') {
      if (word !== '') yield word;
      word = '';
      position = endOfComment(value, position);
    } else if (character === '<' || character === '"') {
      const end = endOfQuote(value, position, character === '<' ? '>' : '"');
      word += value.slice(position, end);
      position = end;
    } else if (character === ';') {
      break;
    } else if (/\s/.test(character)) {
      if (word !== '') yield word;
      word = '';
      position += 1;
    } else {
      word += character;
      position += 1;
    }
  }
  if (word !== '') yield word;
}

function endOfComment(value: string, start: number): number {
  let depth = 0;
  for (let position = start; position < value.length; position += 1) {
    const character = value[position];
    if (character === '\\') position += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return position + 1;
    }
  }
  return value.length;
}

function endOfQuote(value: string, start: number, close: string): number {
  for (let position = start + 1; position < value.length; position += 1) {
    if (value[position] === '\\') position += 1;
    else if (value[position] === close) return position + 1;
  }
  return value.length;
}
