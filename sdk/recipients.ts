// What one of an account's own addresses says about who is meant. Shared by all sort plugins, so that they agree.
import { domainToASCII } from 'node:url';
import type { AccountView } from './accounts.js';
import type { Address } from './mail.js';

/** The part of an account that decides which addresses are its own. */
export type AddressOwner = Pick<AccountView, 'address' | 'domains'>;

/** Who an address means, in words, and where in the address that stands. */
export interface RecipientName {
  /** Cleaned by `cleanName`; '' where nothing names anybody. */
  readonly name: string;
  readonly source: 'local part' | 'tag' | 'display name';
}

/**
 * Whether an address is the account's. With `domains`: every address at one of them, by equality and never by suffix. Without: the shared address
 * in any case of letters, and what stands for it (`mail+andrew@company.com`, and `andrew@mail@company.com` as the manual prints it).
 */
export function isOwnAddress(account: AddressOwner, address: Address): boolean {
  if (address.domain === '') return false;
  if (account.domains.includes(address.domain)) return true;
  const shared = splitAddress(account.address);
  if (address.domain !== shared.domain) return false;
  const local = foldCase(address.local);
  const own = foldCase(shared.local);
  return local === own || local.startsWith(`${own}+`) || local.endsWith(`@${own}`);
}

/** Whether an address is the account's shared address itself, with nothing in it that could tell one user from another. */
export function isSharedAddress(account: AddressOwner, address: Address): boolean {
  const shared = splitAddress(account.address);
  return address.domain === shared.domain && foldCase(address.local) === foldCase(shared.local);
}

/**
 * Who an address means. Where the account owns domains: the local part. Where it owns one address: the tag of `mail+andrew@` or `andrew@mail@`, else
 * the display name in front; at any other domain (`andrew@` this server's own address, as the manual's Eudora page has it) the local part.
 */
export function recipientName(account: AddressOwner, address: Address): RecipientName {
  if (account.domains.length > 0) return { name: cleanName(address.local), source: 'local part' };
  if (isSharedAddress(account, address)) return { name: personIn(account, cleanName(address.name)), source: 'display name' };
  if (!isOwnAddress(account, address)) return { name: cleanName(address.local), source: 'local part' };
  const own = splitAddress(account.address).local;
  const plus = foldCase(address.local).startsWith(`${foldCase(own)}+`);
  return { name: cleanName(plus ? address.local.slice(own.length + 1) : address.local.slice(0, -own.length - 1)), source: 'tag' };
}

/**
 * Some programs put an address where the name belongs: `"greg@company.com" <mail@company.com>`. The part before the @ is the name then, and the
 * shared address itself is none. It stays text: what an encoded-word spells is never an address.
 */
function personIn(account: AddressOwner, name: string): string {
  if (!name.includes('@')) return name;
  const shared = splitAddress(account.address);
  const written = splitAddress(name);
  if (written.domain !== shared.domain) return name;
  const local = foldCase(written.local);
  const own = foldCase(shared.local);
  if (local === own) return '';
  return local.endsWith(`@${own}`) ? written.local.slice(0, -own.length - 1) : written.local;
}

/** Takes off what is no part of a name: zero-width and bidirectional controls, folded and outer white space, one layer of quotes. NFKC. */
export function cleanName(name: string): string {
  const text = (isAscii(name) ? name : name.normalize('NFKC').replace(/\p{Cf}/gu, '')).replace(/\s+/gu, ' ').trim();
  const quoted = text.length > 2 && /^["'`‘’“”„«»]$/u.test(text[0] ?? '') && /^["'`‘’“”„«»]$/u.test(text.at(-1) ?? '');
  return quoted ? text.slice(1, -1).trim() : text;
}

/**
 * For comparing names and local parts: full case folding as Unicode has it, whatever the locale. `Straße` equals `STRASSE`; the Turkish dotless `ı`
 * equals itself alone, though its capital is an `I`.
 */
export function foldCase(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  // By way of the capitals, which ß, ς and ſ share with what they equal; first in small letters, for ẞ is a separate capital.
  const folded = text.normalize('NFC').replace(/[^ı]+/gu, (part) => part.toLowerCase().toUpperCase().toLowerCase());
  return folded.normalize('NFC');
}

/**
 * An address of the settings or of an SMTP envelope: cut at the last `@`, a quoted local part without its quotes (`"greg@mail"@company.com` is the
 * same address as without), the domain as A-labels in lower case; without an `@` the domain is ''.
 */
export function splitAddress(address: string): { readonly local: string; readonly domain: string } {
  const at = address.lastIndexOf('@');
  if (at < 0) return { local: address, domain: '' };
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  const isQuoted = local.length > 1 && local.startsWith('"') && local.endsWith('"');
  return {
    local: isQuoted ? local.slice(1, -1).replace(/\\(.)/g, '$1') : local,
    domain: domainToASCII(domain) || domain.toLowerCase(),
  };
}

/** Most names are, and have one form only: sorting looks at several for each message. */
function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
