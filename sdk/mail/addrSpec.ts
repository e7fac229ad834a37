// The part of an address that routes: local part and domain, out of tokens (RFC 5322 section 3.4.1, obsolete forms of 4.4 included).
import { domainToASCII } from 'node:url';
import { decodeText } from './encodedWords.js';
import type { Token } from './tokens.js';

export interface AddrSpec {
  /** As it is meant: decoded, without invisible characters. */
  readonly local: string;
  readonly domain: string;
  /** More or less stood there than an address (RFC 5322): quotes around it, a prefix, invisible characters. */
  readonly mended?: true;
}

/** What is no address equals no address. */
export const INVALID: AddrSpec = Object.freeze({ local: '', domain: '' });

/** Ends or hides something in whatever the address is written into. */
const CONTROL = /[\0-\x1f\x7f]/;
/**
 * What a copy from a web page brings along at either end of an address: white space, and invisible characters (case 66). A plain
 * space stands in quotes alone, and is meant.
 */
const UNSEEN = /^(?! )[\s\p{Cf}]$/u;
/** Invisible inside a local part too; the joiners of Indic and Arabic script are letters' own. */
const UNSEEN_INSIDE = /(?![\u200c\u200d])\p{Cf}/gu;
/** Quotes around an address, which some address books keep with it; a brace too. No domain ends with one. */
const QUOTE = /^['`\u00b4\u2018-\u201f\u2039\u203a\u00ab\u00bb{}]$/u;
/** In the middle of a domain such a character would glue two names together. */
const GLUE = /(?![\u200c\u200d])[\s\p{Cf}]/u;

const ASCII = /^[\0-\x7f]*$/;
const LONGEST_DOMAIN = 255;
/** Beyond this length a local part is not searched for what does not belong to it. */
const LONGEST_LOCAL = 1000;
/** Most are. */
const PLAIN = /^[ -~]*$/;
const PLAIN_DOMAIN = /^[\w.-]*$/;
/** IP addresses, and the tags of IPv6 and General-address-literal (RFC 5321 section 4.1.3). */
const LITERAL = /^\[[A-Za-z0-9.:_-]+\]$/;

/** Words in front of an address that say what it is: of web links, of directories. Lower case. */
const SCHEMES = new Set(['mailto', 'smtp', 'email', 'e-mail', 'mail', 'internet', 'rfc822']);

/** Whether a word in front of a colon says that an address follows. */
export function isScheme(token: Token | undefined): boolean {
  return token?.kind === 'atom' && SCHEMES.has(token.text.toLowerCase());
}

/** Reads what stood between angle brackets, or an address without them. The last `@` splits: `andrew@mail@company.com` is andrew@mail's. */
export function addrSpecOf(tokens: readonly Token[]): AddrSpec {
  const bare = withoutColons(tokens);
  const words = withoutRoute(bare);
  const at = words?.findLastIndex((token) => isSpecial(token, '@')) ?? -1;
  if (words === undefined) return INVALID;
  const written = joined(at < 0 ? words : words.slice(0, at));
  if (written === undefined || written === '') return INVALID;
  const isLinked = bare.length < tokens.length || (words.length < bare.length && !isSpecial(bare[0], '@'));
  if (at < 0 || at === words.length - 1) return specOf(written, { name: '', quotes: 0, mended: isLinked });
  const domain = domainOf(words.slice(at + 1));
  return domain === undefined ? INVALID : specOf(written, { ...domain, mended: domain.mended || isLinked });
}

/** A word without `@`: perhaps a local part. */
export function localOnly(latin1: string): AddrSpec {
  return specOf(latin1, { name: '', quotes: 0, mended: false });
}

/** A domain, and how many closing quotes stood behind it. */
interface Domain {
  readonly name: string;
  readonly quotes: number;
  readonly mended: boolean;
}

/** A local part may begin with an apostrophe, so quotes of ASCII are taken off in pairs alone. */
function specOf(latin1: string, { name, quotes, mended }: Domain): AddrSpec {
  const written = textOfLatin1(latin1);
  const isPlain = written.length > LONGEST_LOCAL || (quotes === 0 && PLAIN.test(written));
  const local = isPlain ? written : withoutSurroundings(written, quotes);
  if (local === '' || CONTROL.test(local)) return INVALID;
  return { local: local.replace(/\s/gu, ' '), domain: name, ...((mended || local !== written) && { mended: true }) };
}

function withoutSurroundings(written: string, quotes: number): string {
  const isUnseen = (character: string): boolean => UNSEEN.test(character);
  const characters = trimmed([...written], isUnseen);
  let start = 0;
  while (QUOTE.test(characters[start] ?? '') && (start < quotes || !ASCII.test(characters[start] ?? ''))) start += 1;
  return trimmed(characters.slice(start), isUnseen).join('').replace(UNSEEN_INSIDE, '');
}

function trimmed(characters: readonly string[], isOff: (character: string) => boolean): readonly string[] {
  let start = 0;
  let end = characters.length;
  while (start < end && isOff(characters[start] ?? '')) start += 1;
  while (end > start && isOff(characters[end - 1] ?? '')) end -= 1;
  return characters.slice(start, end);
}

/** Octets, held as Latin-1 characters, as text. ASCII is both. */
export function textOfLatin1(latin1: string): string {
  return ASCII.test(latin1) ? latin1 : decodeText(Buffer.from(latin1, 'latin1'));
}

/** `<lisa@works.example:>`: colons at either end mean nothing. */
function withoutColons(tokens: readonly Token[]): readonly Token[] {
  const isColon = (token: Token | undefined): boolean => isSpecial(token, ':');
  let end = tokens.length;
  while (end > 0 && isColon(tokens[end - 1])) end -= 1;
  let start = 0;
  while (start < end && isColon(tokens[start])) start += 1;
  return tokens.slice(start, end);
}

/** Takes off a source route (`@a,@b:`, RFC 5322 section 4.4) or `mailto:` and its like. Undefined where a colon means nothing known. */
function withoutRoute(tokens: readonly Token[]): readonly Token[] | undefined {
  const colon = tokens.findIndex((token) => isSpecial(token, ':'));
  if (colon < 0) return tokens.some((token) => isSpecial(token, ',')) ? undefined : tokens;
  const rest = tokens.slice(colon + 1);
  if (colon === 1 && isScheme(tokens[0])) return withoutRoute(tokens[0]?.text.toLowerCase() === 'mailto' ? withoutQuery(rest) : rest);
  return isSpecial(tokens[0], '@') && !rest.some((token) => token.kind === 'special' && token.text !== '@') ? rest : undefined;
}

/** `mailto:lisa@works.example?subject=x`: what a link says of the message is no part of the address (RFC 6068). */
function withoutQuery(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.findLastIndex((token) => isSpecial(token, '@')) + 1;
  const query = tokens.findIndex((token, position) => position >= last && token.kind === 'atom' && token.text.includes('?'));
  const token = tokens[query];
  if (last === 0 || token === undefined) return tokens;
  return [...tokens.slice(0, query), { ...token, text: token.text.slice(0, token.text.indexOf('?')) }];
}

function isSpecial(token: Token | undefined, character: string): boolean {
  return token?.kind === 'special' && token.text === character;
}

/**
 * Words that make one: joined by dots (white space and comments around a dot are obsolete, but legal) or by an `@` that splits nothing.
 * Undefined where anything else stands between two of them: `company.com(x)evil.com` is no domain (sorting case 63).
 */
function joined(tokens: readonly Token[]): string | undefined {
  const parts: string[] = [];
  for (const [position, token] of tokens.entries()) {
    const left = tokens[position - 1];
    if (token.kind === 'comment' || token.kind === 'literal') return undefined;
    if (token.kind === 'special' && token.text !== '@') return undefined;
    if (left !== undefined && !isDotted(left, token)) return undefined;
    parts.push(token.text);
  }
  return parts.join('');
}

function isDotted(left: Token, right: Token): boolean {
  if (left.kind === 'special' || right.kind === 'special') return true;
  return (left.kind === 'atom' && left.text.endsWith('.')) || (right.kind === 'atom' && right.text.startsWith('.'));
}

function domainOf(tokens: readonly Token[]): Domain | undefined {
  const [first] = tokens;
  if (first?.kind === 'literal')
    return tokens.length === 1 && LITERAL.test(first.text) ? { name: first.text.toLowerCase(), quotes: 0, mended: false } : undefined;
  if (tokens.some((token) => token.kind !== 'atom')) return undefined;
  const text = joined(tokens);
  return text === undefined ? undefined : asALabels(text);
}

/**
 * Lower case and A-labels (RFC 5890), the final dot of the root off. Only names that are letters, digits, hyphens and dots besides the
 * international characters go through IDNA: the others would be read as URLs are, percent signs included. Undefined for what is no name.
 */
function asALabels(latin1: string): Domain | undefined {
  const whole = textOfLatin1(latin1);
  if (PLAIN_DOMAIN.test(whole)) {
    const plain = withoutRoot(whole);
    return plain === undefined ? undefined : { quotes: 0, mended: false, name: plain.toLowerCase() };
  }
  // No domain is that long, and looking for its ends would take its time.
  const isLong = whole.length > LONGEST_DOMAIN;
  // `works.example'.` has the end of a sentence behind the quote.
  const name = isLong ? withoutRoot(whole) : withoutRoot(withoutEnds(withoutRoot(withoutEnds(whole)) ?? ''));
  if (name === undefined || CONTROL.test(name) || GLUE.test(name)) return undefined;
  const about = {
    quotes: isLong ? 0 : [...whole].filter((character) => QUOTE.test(character)).length,
    mended: whole !== name && whole !== `${name}.`,
  };
  if (ASCII.test(name) || name.length > LONGEST_DOMAIN || !/^[a-z0-9._\-\u0080-\u{10ffff}]*$/iu.test(name))
    return { ...about, name: name.toLowerCase() };
  // Ideographic full stops have become dots.
  const labels = withoutRoot(domainToASCII(name) || name.toLowerCase());
  return labels === undefined || withoutEnds(labels) !== labels ? undefined : { ...about, name: labels };
}

function withoutEnds(text: string): string {
  return trimmed([...text], (character) => UNSEEN.test(character) || QUOTE.test(character)).join('');
}

/** Undefined without letters between two dots, which is no name, and for what is all dots: it would leave a local part without a domain. */
function withoutRoot(domain: string): string | undefined {
  const name = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  return /^$|^\.|\.\.|\.$/.test(name) ? undefined : name;
}
