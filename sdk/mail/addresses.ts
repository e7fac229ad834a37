// Reads the addresses of a header field. They decide who gets a message, so the rule is: structure first, decoding last. What is no
// address after RFC 5322 (obsolete forms included) and the repairs that docs/sorting.md names never comes out with a domain that it does not have.
import type { Address } from '../mail.js';
import { type Entry, EntryReader, hasAt, isSignificant, newEntry } from './addressEntry.js';
import { withoutOuterQuotes, withPlainBlanks } from './addressText.js';
import { isScheme, textOfLatin1 } from './addrSpec.js';
import { encodeHeaderText } from './encodedWords.js';
import { asBuffer } from './octets.js';
import { type Token, TokenReader } from './tokens.js';

/**
 * The addresses in the text of a field, at most `limit`: groups are opened, `;` separates like `,`, words without `@` before a
 * comma belong to the name behind it (`Andrew, Sales <mail@company.com>`). Text that is no valid address comes out with local part and
 * domain '', so that it equals no address. Linear time, never throws.
 */
export function parseAddresses(octets: Uint8Array, limit = 2000): Address[] {
  return readList(asBuffer(octets).toString('latin1'), 0, limit);
}

/** `depth`: in how many quotes the text stood, or was spelt. */
function readList(shown: string, depth: number, limit = 2000): Address[] {
  const text = withoutOuterQuotes(withPlainBlanks(shown));
  const list = new AddressList(new EntryReader(shown, text, depth, limit, readList), limit);
  const tokens = new TokenReader(text);
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
    private readonly reader: EntryReader,
    private readonly limit: number,
  ) {}

  get full(): boolean {
    return this.#found.length + this.#bare.length >= this.limit;
  }

  take(token: Token, tokens: TokenReader): void {
    const entry = this.#entry;
    if (token.kind === 'comment') {
      if (token.text !== '') entry.comment = token.text;
      this.#extend(token);
    } else if (token.kind !== 'special' || token.text === '@') {
      if (isUnseen(token)) return;
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

  #special(token: Token, tokens: TokenReader): void {
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
    this.#entry.glued = words[0]?.apart === false && words.some(isSignificant);
    this.#finish();
    for (const word of words) {
      this.#entry.before.push(word);
      this.#extend(word);
    }
  }

  /**
   * What stood before the colon was a group's name or, behind an address, the prefix of the next one. Groups do not nest; where they seem to, the inner
   * name goes too.
   */
  #beginGroup(): void {
    const { before } = this.#entry;
    if (hasAt(before) && isScheme(before.at(-1))) before.pop();
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
      const bare = this.#bare;
      this.#bare = [];
      this.#found.push(...this.reader.inAngles(entry, entry.angle, bare));
    } else if (hasAt(entry.before)) {
      this.#flushBare();
      this.#found.push(...this.reader.withoutAngles(entry));
    } else {
      this.#withoutAt(entry);
    }
  }

  /** Words that name somebody by themselves are no part of the name behind the comma. */
  #withoutAt(entry: Entry): void {
    const enclosed = this.reader.enclosed(entry);
    if (enclosed !== undefined) {
      this.#flushBare();
      this.#found.push(...enclosed);
    } else if (entry.before.length > 0) {
      this.#bare.push(entry);
    }
  }

  /** Words without `@` that no name followed: a local part without a domain, or a name without an address. */
  #flushBare(): void {
    for (const entry of this.#bare) this.#found.push(this.reader.ofWords(entry));
    this.#bare = [];
  }
}

/** Invisible, so it is neither a name nor glued to anything. */
function isUnseen({ kind, text }: Token): boolean {
  return kind === 'atom' && text.charCodeAt(0) > 127 && /^\p{Cf}+$/u.test(textOfLatin1(text));
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
