// The part of an address that routes: local part and domain, out of tokens (RFC 5322 section 3.4.1, obsolete forms of 4.4 included).
import { domainToASCII } from 'node:url';
import { decodeText } from './encodedWords.js';
import type { Token } from './tokens.js';

export interface AddrSpec {
  /** Latin-1 characters for octets, not yet decoded. */
  readonly local: string;
  readonly domain: string;
}

/** What is no address equals no address. */
export const INVALID: AddrSpec = Object.freeze({ local: '', domain: '' });

/** Ends or hides something in whatever the address is written into. */
const CONTROL = /[\0-\x1f\x7f]/;
/**
 * What a copy from a web page brings along at either end of an address: white space, and characters that nobody sees (case 66). A plain
 * space stands in quotes alone, and is meant.
 */
const UNSEEN_START = /^(?:(?! )[\s\p{Cf}])+/u;
const UNSEEN_END = /[\s\p{Cf}]+$/u;
/** In the middle of a domain such a character would glue two names together; the joiners of Indic and Arabic script are letters' own. */
const GLUE = /(?![\u200c\u200d])[\s\p{Cf}]/u;

const ASCII = /^[\0-\x7f]*$/;
const LONGEST_DOMAIN = 255;
/** IP addresses, and the tags of IPv6 and General-address-literal (RFC 5321 section 4.1.3). */
const LITERAL = /^\[[A-Za-z0-9.:_-]+\]$/;

/** A local part without what nobody sees in front of it; undefined where it holds what no address may. `text`: decoded. */
export function localPartOf(text: string): string | undefined {
  const local = text.replace(UNSEEN_START, '');
  return local === '' || CONTROL.test(local) ? undefined : local;
}

/** Reads what stood between angle brackets, or an address without them. The last `@` splits: `andrew@mail@company.com` is andrew@mail's. */
export function addrSpecOf(tokens: readonly Token[]): AddrSpec {
  const words = withoutRoute(tokens);
  const at = words?.findLastIndex((token) => isSpecial(token, '@')) ?? -1;
  if (words === undefined) return INVALID;
  const local = joined(at < 0 ? words : words.slice(0, at));
  if (local === undefined || local === '') return INVALID;
  if (at < 0 || at === words.length - 1) return { local, domain: '' };
  const domain = domainOf(words.slice(at + 1));
  return domain === undefined ? INVALID : { local, domain };
}

/** Takes off a source route (`@a,@b:`, RFC 5322 section 4.4) or `mailto:`. Undefined where a colon means nothing known. */
function withoutRoute(tokens: readonly Token[]): readonly Token[] | undefined {
  const colon = tokens.findIndex((token) => isSpecial(token, ':'));
  if (colon < 0) return tokens.some((token) => isSpecial(token, ',')) ? undefined : tokens;
  const isMailto = colon === 1 && tokens[0]?.text.toLowerCase() === 'mailto';
  const rest = tokens.slice(colon + 1);
  return (isMailto || isSpecial(tokens[0], '@')) && !rest.some((token) => token.kind === 'special' && token.text !== '@')
    ? rest
    : undefined;
}

function isSpecial(token: Token | undefined, character: string): boolean {
  return token?.kind === 'special' && token.text === character;
}

/**
 * Words that make one: joined by dots (white space and comments around a dot are obsolete, but legal) or by an `@` that splits nothing.
 * Undefined where anything else stands between two of them: `company.com(x)evil.com` is no domain (SORTING case 63).
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

function domainOf(tokens: readonly Token[]): string | undefined {
  const [first] = tokens;
  if (first?.kind === 'literal') return tokens.length === 1 && LITERAL.test(first.text) ? first.text.toLowerCase() : undefined;
  if (tokens.some((token) => token.kind !== 'atom')) return undefined;
  const text = joined(tokens);
  return text === undefined ? undefined : asALabels(text);
}

/**
 * Lower case and A-labels (RFC 5890), the final dot of the root off. Only names that are letters, digits, hyphens and dots besides the
 * international characters go through IDNA: the others would be read as URLs are, percent signs included. Undefined for what is no name.
 */
function asALabels(latin1: string): string | undefined {
  const whole = ASCII.test(latin1) ? latin1 : decodeText(Buffer.from(latin1, 'latin1'));
  // No domain is that long, and looking for its end would take its time.
  const name = withoutRoot(whole.length > LONGEST_DOMAIN ? whole : whole.replace(UNSEEN_END, ''));
  if (name === undefined || CONTROL.test(name) || GLUE.test(name)) return undefined;
  if (ASCII.test(name) || name.length > LONGEST_DOMAIN || !/^[a-z0-9._\-\u0080-\u{10ffff}]*$/iu.test(name)) return name.toLowerCase();
  // Ideographic full stops have become dots.
  return withoutRoot(domainToASCII(name) || name.toLowerCase());
}

/** Undefined without letters between two dots, which is no name, and for what is all dots: it would leave a local part without a domain. */
function withoutRoot(domain: string): string | undefined {
  const name = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  return /^$|^\.|\.\.|\.$/.test(name) ? undefined : name;
}
