// Reads `MAIL FROM:<path> PARAM=value ...` and `RCPT TO:<path> ...` (RFC 5321 section 4.1.2): splits first, decodes last.
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** A command that was understood. */
export interface PathCommand {
  /** Local part as written, domain as A-labels; '' for the null path, `postmaster` without a domain for that one name. */
  readonly address: string;
  /** Parameters by upper-case keyword, ENVID and ORCPT decoded (RFC 3461 section 4); `true` for one without a value. */
  readonly parameters: Readonly<Record<string, string | true>>;
  /** A keyword that was given twice. */
  readonly duplicate: string | undefined;
}

/** RFC 5321 section 4.5.3.1.3: 256 octets with the angle brackets. */
const MAX_ADDRESS_OCTETS = 254;
const MAX_DOMAIN_OCTETS = 253;
// Control characters, invisible formatting characters and what stands for octets that are no UTF-8.
const UNSAFE = /[\p{Cc}\u200B\u2060\uFEFF\uFFFD]/u;
const QUOTED_LOCAL = /^"(?:[^"\\]|\\.)*"$/u;
const DOT_ATOM = /^[^\s"(),:;<>@[\]\\.]+(?:\.[^\s"(),:;<>@[\]\\.]+)*$/u;
const LABEL = /^(?!-)[A-Za-z0-9_\u0080-\u{10FFFF}-]{1,63}(?<!-)$/u;
const SOURCE_ROUTE = /^@[^\s,:@]+(?:,@[^\s,:@]+)*:/;

/** Those whose values are xtext; in any other one `+31` is no number. */
const XTEXT_PARAMETERS = new Set(['ENVID', 'ORCPT']);
const XTEXT = /^(?:[!-*,-<>-~\u0080-\u{10FFFF}]|\+[0-7][0-9A-F])*$/u;

/**
 * Answers `undefined` where the line is not well-formed. `bare`: an address without white space may stand there without its brackets, as printers and old
 * scripts write it.
 */
export function parsePathCommand(keyword: 'MAIL FROM' | 'RCPT TO', line: string, bare = false): PathCommand | undefined {
  const head = (keyword === 'MAIL FROM' ? /^mail +from *: */i : /^rcpt +to *: */i).exec(line);
  const path = head && !UNSAFE.test(line) ? readPath(line.slice(head[0].length), bare) : undefined;
  if (path === undefined) {
    return undefined;
  }
  const address = readAddress(path.text.replace(SOURCE_ROUTE, ''), keyword);
  const parameters = readParameters(path.rest);
  return address === undefined || !parameters ? undefined : { address, ...parameters };
}

/** What stands in the brackets, or in their place, and what follows. */
function readPath(text: string, bare: boolean): { readonly text: string; readonly rest: string } | undefined {
  if (!text.startsWith('<')) {
    const word = /^[^\s<>]+/.exec(text)?.[0];
    const rest = text.slice(word?.length ?? 0);
    return bare && word !== undefined && !/^\S/.test(rest) ? { text: word, rest } : undefined;
  }
  const end = closingBracket(text, 1);
  const rest = end === undefined ? '' : text.slice(end + 1);
  return end === undefined || /^\S/.test(rest) ? undefined : { text: text.slice(1, end), rest };
}

/** Position of the `>` that ends the path: one inside a quoted local part does not. */
function closingBracket(line: string, from: number): number | undefined {
  let quoted = false;
  for (let at = from; at < line.length; at++) {
    const character = line[at];
    if (quoted && character === '\\') {
      at++;
    } else if (character === '"') {
      quoted = !quoted;
    } else if (character === '>' && !quoted) {
      return at;
    }
  }
  return undefined;
}

function readAddress(path: string, keyword: 'MAIL FROM' | 'RCPT TO'): string | undefined {
  if (path === '') {
    return keyword === 'MAIL FROM' ? '' : undefined;
  }
  // RFC 5321 section 4.5.1: the one name that needs no domain.
  if (keyword === 'RCPT TO' && path.toLowerCase() === 'postmaster') {
    return 'postmaster';
  }
  const at = path.lastIndexOf('@');
  const local = path.slice(0, at);
  const domain = readDomain(path.slice(at + 1));
  if (at < 1 || domain === undefined || !(QUOTED_LOCAL.test(local) || DOT_ATOM.test(local))) {
    return undefined;
  }
  const address = `${local}@${domain}`;
  return Buffer.byteLength(address) > MAX_ADDRESS_OCTETS ? undefined : address;
}

function readDomain(domain: string): string | undefined {
  const literal = /^\[(?:IPv6:(?<six>[^\]]+)|(?<four>[^\]]+))\]$/i.exec(domain)?.groups;
  if (literal) {
    return isIPv6(literal.six ?? '') || isIPv4(literal.four ?? '') ? domain : undefined;
  }
  if (domain.length > MAX_DOMAIN_OCTETS || !domain.split('.').every((label) => LABEL.test(label))) {
    return undefined;
  }
  const ascii = /^[\x21-\x7e]+$/.test(domain) ? domain : domainToASCII(domain);
  // As A-labels a name is longer.
  return ascii.length <= MAX_DOMAIN_OCTETS && ascii.split('.').every((label) => LABEL.test(label)) ? ascii : undefined;
}

function readParameters(text: string): Pick<PathCommand, 'parameters' | 'duplicate'> | undefined {
  const parameters: Record<string, string | true> = {};
  let duplicate: string | undefined;
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const equals = word.indexOf('=');
    const key = (equals < 0 ? word : word.slice(0, equals)).toUpperCase();
    const text = equals < 0 ? '' : word.slice(equals + 1);
    const value = XTEXT_PARAMETERS.has(key) ? decodeXtext(text) : text;
    if (!/^[A-Z0-9][A-Z0-9-]*$/.test(key) || value === undefined || UNSAFE.test(value)) {
      return undefined;
    }
    duplicate ??= Object.hasOwn(parameters, key) ? key : undefined;
    parameters[key] = value === '' ? true : value;
  }
  return { parameters, duplicate };
}

/** Answers `undefined` for what is no xtext, or hides an octet that is not ASCII (RFC 3461 sections 4.2 and 4.4). */
function decodeXtext(value: string): string | undefined {
  if (!XTEXT.test(value)) {
    return undefined;
  }
  return value.replace(/\+([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
