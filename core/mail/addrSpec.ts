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
  if (first?.kind === 'literal') return tokens.length === 1 ? first.text.toLowerCase() : undefined;
  if (tokens.some((token) => token.kind !== 'atom')) return undefined;
  const text = joined(tokens);
  return text === undefined ? undefined : asALabels(text);
}

/**
 * Lower case and A-labels (RFC 5890), the final dot of the root off. Only names that are letters, digits, hyphens and dots besides the
 * international characters go through IDNA: the others would be read as URLs are, percent signs included.
 */
function asALabels(latin1: string): string {
  const name = latin1.endsWith('.') ? latin1.slice(0, -1) : latin1;
  if (/^[\0-\x7f]*$/.test(name)) return name.toLowerCase();
  const text = decodeText(Buffer.from(name, 'latin1'));
  if (text.length > 255 || !/^[a-z0-9._\-\u0080-\u{10ffff}]*$/iu.test(text)) return text.toLowerCase();
  return domainToASCII(text) || text.toLowerCase();
}
