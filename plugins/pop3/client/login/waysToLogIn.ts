// The ways to log in that are known here, and in which order an account tries those that its server offers. Pure.
import type { IspAccount } from '../ispAccount.js';
import type { IspCapabilities } from '../ispCapabilities.js';

/**
 * `plain`: SASL PLAIN with the response behind AUTH. `plain-in-steps`: the response when the server asks for it, as it was before RFC 5034.
 * `user`: USER and PASS. A mechanism that needs something else than a password (XOAUTH2) would be one more of these, behind its own setting.
 */
export const WAYS = ['plain', 'plain-in-steps', 'login', 'user', 'cram-md5', 'apop'] as const;
export type Way = (typeof WAYS)[number];

/**
 * TLS keeps the password secret: first the ways that work whatever form the server keeps passwords in. CRAM-MD5 and APOP need the password itself at the
 * server; many that keep only hashes announce them all the same, and call every password wrong then.
 */
const ENCRYPTED: readonly Way[] = ['plain', 'plain-in-steps', 'user', 'login', 'cram-md5', 'apop'];
/** Without TLS everybody on the way could read the password: first the ways that do not show it. */
const READABLE: readonly Way[] = ['cram-md5', 'apop', 'plain', 'plain-in-steps', 'user', 'login'];

/** The name that people know a way by. */
export const NAMES: Readonly<Record<Way, string>> = {
  plain: 'AUTH PLAIN',
  'plain-in-steps': 'AUTH PLAIN',
  login: 'AUTH LOGIN',
  user: 'USER and PASS',
  'cram-md5': 'CRAM-MD5',
  apop: 'APOP',
};

/** The password itself does not go over the line. */
export function hidesPassword(way: Way): boolean {
  return way === 'cram-md5' || way === 'apop';
}

/** What the server offers, best first; the one of the settings where they name one, offered or not. */
export function waysOffered(
  account: Pick<IspAccount, 'security' | 'auth' | 'user'>,
  capabilities: IspCapabilities,
  timestamp: string | undefined,
): readonly Way[] {
  const { mechanisms } = capabilities;
  if (account.auth !== 'auto') return account.auth === 'plain' ? ['plain', 'plain-in-steps'] : [account.auth];
  const offered: Readonly<Record<Way, boolean>> = {
    plain: mechanisms.includes('PLAIN'),
    'plain-in-steps': mechanisms.includes('PLAIN'),
    login: mechanisms.includes('LOGIN'),
    user: capabilities.takesUser,
    'cram-md5': mechanisms.includes('CRAM-MD5'),
    // The name is a word of the command line.
    apop: timestamp !== undefined && !/\s/.test(account.user),
  };
  return (account.security === 'plain' ? READABLE : ENCRYPTED).filter((way) => offered[way]);
}

/** Whether the server has said that logins are for encrypted connections: it offers STLS, and before that no way to log in. */
export function wantsTls({ security }: Pick<IspAccount, 'security'>, { stls }: IspCapabilities, ways: readonly Way[]): boolean {
  return security === 'plain' && stls && ways.length === 0;
}

/** What a server offers, for a sentence; '' where it does not say. */
export function offerOf({ mechanisms, announcesUser }: IspCapabilities, timestamp: string | undefined): string {
  return [
    ...(announcesUser ? ['USER'] : []),
    ...mechanisms.map((name) => `SASL ${name}`),
    ...(timestamp === undefined ? [] : ['APOP']),
  ].join(', ');
}

/**
 * The timestamp of a greeting (RFC 1939 section 7), `undefined` without one. It has to be a message id as RFC 5322 has it: with other octets in
 * it somebody on the line can find out the beginning of the password by MD5 collisions (CVE-2007-1558).
 */
export function apopTimestamp(greeting: string): string | undefined {
  return /<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,250}@[A-Za-z0-9.:[\]_-]{1,250}>/.exec(greeting)?.[0];
}
