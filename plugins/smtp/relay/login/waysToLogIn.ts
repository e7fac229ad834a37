// The ways to log in at an outgoing server that are known here, in which order they are tried, and when that ends. Pure.
import type { LoginRefusal, PortSecurity } from '@postroom/sdk';

/** SASL mechanisms (RFC 4616, draft-murchison-sasl-login, RFC 2195). One that needs something else than a password would be one more of these. */
export const MECHANISMS = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const;
export type Mechanism = (typeof MECHANISMS)[number];
/** How to log in; `auto`: whichever way works. */
export type SmtpAuth = 'auto' | Mechanism;

/** With TLS first what every server can check: one that keeps only hashes of passwords may announce CRAM-MD5, and cannot do it. */
const ENCRYPTED: readonly Mechanism[] = ['PLAIN', 'LOGIN', 'CRAM-MD5'];
/** Without TLS first what does not show the password. */
const READABLE: readonly Mechanism[] = ['CRAM-MD5', 'PLAIN', 'LOGIN'];
/** Times that the server may have looked at the password and said no, in one login. */
const MOST_GUESSES = 2;

/** A mechanism that was refused. */
export interface RefusedMechanism {
  readonly mechanism: Mechanism;
  readonly meaning: LoginRefusal;
  /** The reply's code. */
  readonly reply: number;
  /** It has let this account in before: then the refusal is about name or password. */
  readonly hasWorked: boolean;
}

/** The mechanisms in the answer to EHLO, in upper case; `undefined` where it does not speak of AUTH. Some servers write `AUTH=PLAIN`. */
export function mechanismsIn(reply: string): readonly string[] | undefined {
  const lists = reply.split(/\r?\n/).flatMap((line) => /^\d{3}[ -]AUTH(?:[ =]|$)(.*)$/i.exec(line)?.[1] ?? []);
  if (lists.length === 0) return undefined;
  return [...new Set(lists.flatMap((list) => list.toUpperCase().split(/[\s=]+/)))].filter((name) => /^[A-Z0-9_-]{1,20}$/.test(name));
}

/** What is to be tried, best first; the one of the settings where they name one, offered or not. An empty list of the server says nothing. */
export function mechanismsOffered(
  { security, auth }: { readonly security: PortSecurity; readonly auth: SmtpAuth },
  offered: readonly string[],
): readonly Mechanism[] {
  if (auth !== 'auto') return [auth];
  const order = security === 'plain' ? READABLE : ENCRYPTED;
  return order.filter((mechanism) => (offered.length === 0 ? mechanism !== 'CRAM-MD5' : offered.includes(mechanism)));
}

/** The next one; `undefined` where another try would only count as one more wrong password. */
export function nextWay(ways: readonly Mechanism[], refused: readonly RefusedMechanism[]): Mechanism | undefined {
  const last = refused.at(-1);
  if (last === undefined) return ways[0];
  const left = ways.filter((way) => refused.every(({ mechanism }) => mechanism !== way));
  if (last.meaning === 'way') return left[0];
  const guesses = refused.filter(({ meaning }) => meaning !== 'way').length;
  return !last.hasWorked && guesses < MOST_GUESSES && leavesDoubt(last) ? left[0] : undefined;
}

/** Hosts have one code, 535 or 553, for a wrong password and for a mechanism that they only announce, and nearly the same words. */
function leavesDoubt({ meaning, reply }: RefusedMechanism): boolean {
  return reply >= 500 && reply !== WANTS_OTHER && (meaning === 'unclear' || meaning === 'credentials');
}

/** RFC 4954 section 6: the mechanism is too weak; used by ISPs that ask for an application password. */
const WANTS_OTHER = 534;
