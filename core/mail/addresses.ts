// Reads the addresses of a header field. They decide who gets a message, so the rule is: structure first, decoding last. What is no
// address after RFC 5322 (obsolete forms included) and the repairs named in SORTING never comes out with a domain that it does not have.
import type { Address } from '@postroom/sdk';
import { type AddrSpec, addrSpecOf, INVALID, localPartOf } from './addrSpec.js';
import { decodeText, decodeWords, encodeHeaderText } from './encodedWords.js';
import { asBuffer } from './octets.js';
import { type Token, Tokens } from './tokens.js';

/** Octets of `Address.raw` that are kept of an entry. */
const LONGEST_RAW = 1000;

/** An entry of the list while it is being read. */
interface Entry {
  /** Position of its first token; -1 while there is none. */
  start: number;
  end: number;
  /** Tokens before `<`, or all of them where there is none. */
  readonly before: Token[];
  /** Tokens inside the angle brackets. */
  angle: Token[] | undefined;
  /** Between `<` and `>`. */
  open: boolean;
  /** In the source route of `<@relay.isp:andrew@company.com>`, before its colon. */
  route: boolean;
  /** Tokens behind `>`. */
  readonly after: Token[];
  comment: string;
}

/**
 * The addresses in the text of a field, at most `limit`: groups are opened, `;` separates like `,`, words without `@` before a
 * comma belong to the name behind it (`Andrew, Sales <mail@company.com>`). Text that is no valid address comes out with local part and
 * domain '', so that it equals nobody's. Linear time, never throws.
 */
export function parseAddresses(octets: Uint8Array, limit = 2000): Address[] {
  const text = asBuffer(octets).toString('latin1');
  const list = new AddressList(text, limit);
  const tokens = new Tokens(text);
  for (let token = tokens.next(); token !== undefined && !list.full; token = tokens.next()) {
    list.take(token, tokens);
  }
  return list.end();
}

class AddressList {
  readonly #found: Address[] = [];
  /** Entries of bare words, which may turn out to be the first half of a name with a comma. */
  #bare: Entry[] = [];
  #entry = newEntry();

  constructor(
    private readonly text: string,
    private readonly limit: number,
  ) {}

  get full(): boolean {
    return this.#found.length + this.#bare.length >= this.limit;
  }

  take(token: Token, tokens: Tokens): void {
    const entry = this.#entry;
    if (token.kind === 'comment') {
      if (token.text !== '') entry.comment = token.text;
      this.#extend(token);
    } else if (token.kind !== 'special' || token.text === '@') {
      if (entry.open && entry.angle?.length === 0) entry.route = token.kind === 'special';
      (entry.angle === undefined ? entry.before : entry.open ? entry.angle : entry.after).push(token);
      this.#extend(token);
    } else {
      this.#special(token, tokens);
    }
  }

  end(): Address[] {
    this.#finish();
    this.#flushBare();
    return this.#found.slice(0, this.limit);
  }

  #special(token: Token, tokens: Tokens): void {
    const entry = this.#entry;
    switch (token.text) {
      case '<':
        if (entry.angle !== undefined && !entry.open) this.#nextWithoutComma();
        this.#openAngle(token);
        return;
      case '>':
        entry.open = false;
        entry.route = false;
        this.#extend(token);
        return;
      case ':':
        entry.route = false;
        if (entry.open) entry.angle?.push(token);
        else this.#beginGroup();
        return;
      case ',':
        if (entry.route && (tokens.peek() === '@' || tokens.peek() === ',')) entry.angle?.push(token);
        else this.#finish();
        return;
      default:
        this.#finish();
        this.#flushBare();
    }
  }

  #openAngle(token: Token): void {
    const entry = this.#entry;
    this.#extend(token);
    if (entry.angle === undefined) entry.angle = [];
    else if (entry.angle.length > 0) entry.angle.push(token);
    entry.open = true;
  }

  /** `A <a@b> B <c@d>`: somebody forgot the comma; the words between are the second one's name. */
  #nextWithoutComma(): void {
    const words = this.#entry.after.splice(0);
    this.#finish();
    for (const word of words) {
      this.#entry.before.push(word);
      this.#extend(word);
    }
  }

  /** What stood before the colon was a group's name, unless it holds an address. Groups do not nest; where they seem to, the inner name goes too. */
  #beginGroup(): void {
    if (this.#entry.angle !== undefined || hasAt(this.#entry.before)) this.#finish();
    this.#flushBare();
    this.#entry = newEntry();
  }

  #extend(token: Token): void {
    const entry = this.#entry;
    if (entry.start < 0) entry.start = token.start;
    entry.end = token.end;
  }

  #finish(): void {
    const entry = this.#entry;
    if (entry.start < 0) return;
    this.#entry = newEntry();
    if (entry.angle !== undefined) {
      const address = this.#inAngles(entry, entry.angle);
      if (address.name !== '' || entry.angle.length > 0) this.#found.push(address);
    } else if (hasAt(entry.before)) {
      this.#flushBare();
      this.#found.push(this.#withoutAngles(entry));
    } else if (entry.before.length > 0) {
      this.#bare.push(entry);
    }
  }

  /** `name <local@domain> (comment)`, with the bare words before the last comma as the first part of the name. */
  #inAngles(entry: Entry, angle: readonly Token[]): Address {
    const parts = [...this.#bare.map((bare) => bare.before), entry.before].filter((words) => words.length > 0);
    const start = this.#bare[0]?.start ?? entry.start;
    this.#bare = [];
    const phrase = parts.map(phraseOf).join(', ') || entry.comment || phraseOf(entry.after);
    const glued = hasAt(entry.after) || entry.after[0]?.apart === false;
    return this.#address(phrase, glued ? INVALID : addrSpecOf(angle), start, entry.end);
  }

  /** `local@domain (comment)`, or `name local@domain` from senders that forget the brackets. */
  #withoutAngles(entry: Entry): Address {
    const first = firstOfAddrSpec(entry.before);
    const phrase = phraseOf(entry.before.slice(0, first)) || entry.comment;
    return this.#address(phrase, addrSpecOf(entry.before.slice(first)), entry.start, entry.end);
  }

  /** Words without `@` that no name followed: a local part without a domain, or a name without an address. */
  #flushBare(): void {
    for (const entry of this.#bare) {
      const [word] = entry.before;
      const single = entry.before.length === 1 && word?.kind === 'atom' && !word.text.startsWith('=?');
      const spec = single ? { local: word.text, domain: '' } : INVALID;
      this.#found.push(this.#address(single ? entry.comment : phraseOf(entry.before), spec, entry.start, entry.end));
    }
    this.#bare = [];
  }

  #address(phrase: string, spec: AddrSpec, start: number, end: number): Address {
    const raw = textOf(this.text.slice(start, Math.min(end, start + LONGEST_RAW)));
    const local = localPartOf(textOf(spec.local));
    const { domain } = local === undefined ? INVALID : spec;
    return { name: nameOf(phrase), local: local ?? '', domain, raw: foldSpace(raw) };
  }
}

function newEntry(): Entry {
  return { start: -1, end: -1, before: [], angle: undefined, open: false, route: false, after: [], comment: '' };
}

function hasAt(tokens: readonly Token[]): boolean {
  return tokens.some((token) => token.kind === 'special' && token.text === '@');
}

/** Where the address begins in `Andrew Smith andrew@company.com`: with the last word before the first `@` that follows white space. */
function firstOfAddrSpec(tokens: readonly Token[]): number {
  let first = tokens.findIndex((token) => token.kind === 'special') - 1;
  while (first > 0 && isJoined(tokens[first - 1], tokens[first])) first -= 1;
  return Math.max(first, 0);
}

/** Whether two words make one: nothing stands between them, or a dot on either side. */
function isJoined(left: Token | undefined, right: Token | undefined): boolean {
  return right?.apart === false || left?.text.endsWith('.') === true || right?.text.startsWith('.') === true;
}

function phraseOf(words: readonly Token[]): string {
  return words.map((word, position) => (word.apart && position > 0 ? ` ${word.text}` : word.text)).join('');
}

/** Octets, held as Latin-1 characters, as text. ASCII is both. */
function textOf(latin1: string): string {
  return /[\u0080-\u00ff]/.test(latin1) ? decodeText(Buffer.from(latin1, 'latin1')) : latin1;
}

function nameOf(latin1: string): string {
  return foldSpace(decodeWords(textOf(latin1)));
}

function foldSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

const DOT_ATOM = /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+)*$/u;
const PHRASE = /^(?:=\?UTF-8\?B\?.*|[\w!#$%&'*+/=?^`{|}~ -]+)$/;

/** Writes an address for a header of ours: ASCII but for an internationalised local part, quoted where needed. The inverse of parseAddresses. */
export function formatAddress(address: Pick<Address, 'name' | 'local' | 'domain'>): string {
  const local = DOT_ATOM.test(address.local) ? address.local : quote(address.local);
  const spec = address.domain === '' ? local : `${local}@${address.domain}`;
  const name = encodeHeaderText(address.name);
  if (name === '') return spec;
  return `${PHRASE.test(name) ? name : quote(name)} <${spec}>`;
}

function quote(text: string): string {
  return `"${text.replace(/[\0-\x1f\x7f]/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}
