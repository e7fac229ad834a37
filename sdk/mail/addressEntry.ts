// What one entry of an address field names. An address that stands outside of quotes, comments and encoded-words is the only one; where none does, what
// stands in quotes or brackets is read, and what an encoded-word or a comment spells is a guess.
import type { Address } from '../mail.js';
import { type AddrSpec, addrSpecOf, INVALID, localOnly, textOfLatin1 } from './addrSpec.js';
import { decodeWords } from './encodedWords.js';
import type { Token } from './tokens.js';

/** Octets of `Address.raw` that are kept of an entry. */
const LONGEST_RAW = 1000;
/** Octets of a text in quotes, brackets or encoded-words in which addresses are looked for. */
const LONGEST_INSIDE = 16 * 1024;
/** Quotes in quotes that are opened. */
const DEEPEST = 2;

/** An entry of the list, read. */
export interface Entry {
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
  /** What stood behind `>`, and became the name of the next one, had no white space before it. */
  glued: boolean;
  comment: string;
}

type Place = Pick<Entry, 'start' | 'end'>;

export function newEntry(): Entry {
  return { start: -1, end: -1, before: [], angle: undefined, open: false, route: false, after: [], glued: false, comment: '' };
}

/** Reads the text of a list, as Latin-1, that stands `depth` quotes deep. */
export type ReadList = (text: string, depth: number) => readonly Address[];

export class EntryReader {
  readonly #lists = new WeakMap<Token, readonly Address[]>();

  constructor(
    /** Of the whole list; Latin-1 characters for octets, in `shown` as they came, in `text` as they were cut into tokens. */
    private readonly shown: string,
    private readonly text: string,
    private readonly depth: number,
    private readonly limit: number,
    private readonly readList: ReadList,
  ) {}

  /** `name <local@domain> (comment)`. `bare`: words before the last comma, which are the first part of the name. */
  inAngles(entry: Entry, angle: readonly Token[], bare: readonly Entry[]): readonly Address[] {
    const first: Entry = { ...entry, start: bare[0]?.start ?? entry.start };
    const phrase = [...bare.map((each) => each.before), entry.before]
      .filter((words) => words.length > 0)
      .map(phraseOf)
      .join(', ');
    const behind = this.#behind(entry);
    const words = phrase || entry.comment || (behind.further.length > 0 ? '' : phraseOf(entry.after));
    const name = behind.isMended ? words.replace(/^['`"]/, '') : words;
    if (behind.isGlued) return [this.#address(name, INVALID, first)];
    if (!hasAt(angle)) {
      const enclosed = this.#enclosed(angle.length === 0 ? entry.before : withoutScheme(angle), first);
      if (enclosed !== undefined)
        return [...enclosed.map((address) => ({ ...address, name: address.name || nameOf(phrase) })), ...behind.further];
      return name === '' && angle.length === 0 ? [] : [this.#guessed(name, addrSpecOf(angle), first)];
    }
    const joined = this.#joined(angle);
    if (joined !== undefined) return [...joined, ...behind.further];
    const spec = addrSpecOf(angle);
    return [this.#address(name, behind.isMended && spec !== INVALID ? { ...spec, mended: true } : spec, first), ...behind.further];
  }

  /** `local@domain (comment)`, or `name local@domain` from senders that forget the brackets; several where they forget the commas. */
  withoutAngles(entry: Entry): readonly Address[] {
    const joined = this.#joined(entry.before);
    if (joined !== undefined) return joined;
    const first = firstOfAddrSpec(entry.before);
    const phrase = phraseOf(entry.before.slice(0, first)) || entry.comment;
    return [this.#address(phrase, addrSpecOf(entry.before.slice(first)), entry)];
  }

  /** Words without `@`: a local part without a domain, or a name without an address. */
  ofWords(entry: Entry): Address {
    const [word] = entry.before;
    const single = entry.before.length === 1 && word?.kind === 'atom' && !word.text.startsWith('=?');
    const spec = single ? localOnly(word.text) : INVALID;
    return this.#guessed(single ? entry.comment : phraseOf(entry.before) || entry.comment, spec, entry);
  }

  /** What words without `@` name all the same: in quotes or brackets, which are opened, or spelt. Undefined where they are words and no more. */
  enclosed(entry: Entry): readonly Address[] | undefined {
    const enclosed = this.#enclosed(entry.before, entry);
    if (enclosed !== undefined) return enclosed;
    const guessed = this.ofWords(entry);
    return guessed.guesses === undefined ? undefined : [guessed];
  }

  /** What stands behind `>`: nothing of a name, further addresses, or something that makes another name of the domain. */
  #behind({ after, glued }: Entry): { readonly isGlued: boolean; readonly isMended: boolean; readonly further: readonly Address[] } {
    const [first] = after;
    const isWords = !after.some(isAt);
    if (!after.some(isSignificant) && isWords && !glued) return { isGlued: false, isMended: first?.apart === false, further: [] };
    const further = isWords || first === undefined ? [] : this.#joined(after, 1);
    return { isGlued: glued || first?.apart === false || further === undefined, isMended: false, further: further ?? [] };
  }

  /** `a@b.example c@d.example`: complete addresses with white space between, each with the words before it as its name; `least` of them. */
  #joined(tokens: readonly Token[], least = 2): readonly Address[] | undefined {
    const parts = this.#parts(tokens);
    if (parts.filter(hasAt).length < least || !hasAt(parts.at(-1) ?? [])) return undefined;
    const found: Address[] = [];
    let words: Token[] = [];
    for (const part of parts) {
      if (found.length >= this.limit) break;
      const spec = hasAt(part) ? addrSpecOf(part) : undefined;
      if (spec === undefined) words.push(...part);
      else if (spec.domain === '') return undefined;
      else {
        const start = (words[0] ?? part[0])?.start ?? 0;
        found.push(this.#address(phraseOf(words), { ...spec, mended: true }, { start, end: part.at(-1)?.end ?? start }));
        words = [];
      }
    }
    return found;
  }

  /** Cut at white space between words that nothing joins: neither an `@` nor a dot. */
  #parts(tokens: readonly Token[]): readonly (readonly Token[])[] {
    const parts: Token[][] = [];
    for (const token of tokens) {
      const left = parts.at(-1)?.at(-1);
      const isNew = left === undefined || (this.#isApart(left, token) && !isAt(left) && !isAt(token) && !isJoined(left, token));
      if (isNew) parts.push([token]);
      else parts.at(-1)?.push(token);
    }
    return parts;
  }

  #isApart(left: Token, right: Token): boolean {
    return right.apart && (/\s/.test(this.text.charAt(left.end)) || /\s/.test(this.text.charAt(right.start - 1)));
  }

  /** The addresses in quoted strings and square brackets, each with the words before it as its name. Undefined where something else stands behind. */
  #enclosed(tokens: readonly Token[], entry: Entry): readonly Address[] | undefined {
    if (this.depth >= DEEPEST) return undefined;
    const found: Address[] = [];
    let words: Token[] = [];
    const raw = this.#raw(entry);
    for (const token of tokens) {
      const inner = this.#inside(token);
      const named = inner.filter(({ domain }) => domain !== '');
      const isList = named.length > 0 && inner.every(({ domain, raw }) => domain !== '' || !raw.includes('@'));
      if (isList) {
        const name = nameOf(phraseOf(words));
        found.push(...named.map((address) => ({ ...address, name: address.name || name, raw, mended: true as const })));
        words = [];
      } else {
        words.push(token);
      }
    }
    return found.length > 0 && !words.some(isSignificant) ? found : undefined;
  }

  /** The list in a quoted string or in square brackets. */
  #inside(token: Token): readonly Address[] {
    const { kind, text } = token;
    if ((kind !== 'quoted' && kind !== 'literal') || !text.includes('@') || text.length > LONGEST_INSIDE) return [];
    const list = this.#lists.get(token) ?? this.readList(kind === 'quoted' ? text : text.slice(1).replace(/\]$/, ''), this.depth + 1);
    this.#lists.set(token, list);
    return list;
  }

  /** No address stands outside: what encoded-words, comments and quotes spell may be meant; in angle brackets only what stands there. */
  #guessed(phrase: string, spec: AddrSpec, entry: Entry): Address {
    const address = this.#address(phrase, spec, entry);
    const isInAngles = entry.angle !== undefined && entry.angle.length > 0;
    const tokens = entry.angle !== undefined && isInAngles ? entry.angle : entry.before;
    if (this.depth > 0 || (isInAngles && tokens.some(({ kind, text }) => kind !== 'quoted' && !text.startsWith('=?')))) return address;
    const start = isInAngles ? (tokens[0]?.start ?? entry.start) : entry.start;
    const end = isInAngles ? (tokens.at(-1)?.end ?? entry.end) : entry.end;
    const raw = this.shown.slice(start, Math.min(end, start + LONGEST_INSIDE));
    const decoded = raw.includes('=?') ? Buffer.from(decodeWords(textOfLatin1(raw))).toString('latin1') : '';
    const texts = [decoded, isInAngles ? '' : entry.comment].filter((text) => text.includes('@'));
    const lists = [...texts.map((text) => this.readList(text, 1)), ...tokens.map((token) => this.#inside(token))];
    const guesses = lists.flat().filter(({ domain }) => domain !== '');
    return guesses.length === 0 ? address : { ...address, local: '', guesses: guesses.map((guess) => ({ ...guess, raw: address.raw })) };
  }

  #address(phrase: string, { local, domain, mended }: AddrSpec, entry: Place): Address {
    return { name: nameOf(phrase), local, domain, raw: this.#raw(entry), ...(mended && { mended }) };
  }

  #raw({ start, end }: Place): string {
    return foldSpace(textOfLatin1(this.shown.slice(start, Math.min(end, start + LONGEST_RAW))));
  }
}

export function hasAt(tokens: readonly Token[]): boolean {
  return tokens.some(isAt);
}

function isAt(token: Token): boolean {
  return token.kind === 'special' && token.text === '@';
}

/** Whether a name could hold it: quotes, brackets and full stops alone say nothing. */
export function isSignificant(token: Token): boolean {
  return /[\p{L}\p{N}]/u.test(textOfLatin1(token.text));
}

/** `SMTP:"lisa@works.example"`: what stands behind the last colon. */
function withoutScheme(tokens: readonly Token[]): readonly Token[] {
  return tokens.slice(tokens.findLastIndex((token) => token.kind === 'special') + 1);
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

function nameOf(latin1: string): string {
  return foldSpace(decodeWords(textOfLatin1(latin1)));
}

function foldSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
