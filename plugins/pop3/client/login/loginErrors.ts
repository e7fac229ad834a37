// Logins that failed, as errors for people: what happened, at whom, what to do.
import { type ErrorCode, type LoginRefusal, PostroomError } from '@postroom/sdk';
import type { IspAccount } from '../ispAccount.js';
import type { IspAnswer } from '../ispAnswers.js';
import type { IspCapabilities } from '../ispCapabilities.js';
import { NAMES, offerOf, type Way } from './waysToLogIn.js';

/** A way that was refused. */
export interface RefusedWay {
  readonly way: Way;
  readonly answer: IspAnswer;
  readonly meaning: LoginRefusal;
  /** It has let this account in before. */
  readonly hasWorked: boolean;
}

interface Offered {
  readonly ways: readonly Way[];
  readonly capabilities: IspCapabilities;
  readonly timestamp: string | undefined;
}

const MINUTE = 60_000;

/** How long to leave the account alone after such an answer, in milliseconds; locks at the ISP come from hammering. */
const PAUSES: Partial<Record<ErrorCode, number>> = {
  'isp/login-refused': 15 * MINUTE,
  'isp/no-login': 15 * MINUTE,
  'isp/in-use': 2 * MINUTE,
  'isp/temporary': 5 * MINUTE,
  'isp/permanent': 60 * MINUTE,
};

/** Milliseconds to wait before another try, `undefined` where the schedule may go on. */
export function pauseAfter(code: ErrorCode): number | undefined {
  return PAUSES[code];
}

type Sayable = 'isp/login-refused' | 'isp/in-use' | 'isp/temporary' | 'isp/permanent' | 'isp/tls';

const SENTENCES: Record<Sayable, (account: IspAccount) => string> = {
  'isp/login-refused': ({ id, host, user }) => `${host} refused the login of account ${id} as ${user}. Check pop3.user and pop3.password.`,
  'isp/in-use': ({ id, host }) =>
    `${host} says that the mailbox of account ${id} is in use. Another program collects the same mail, or an earlier session has not ended yet; the next round tries again.`,
  'isp/temporary': ({ id, host }) => `${host} asks account ${id} to come back later. The next round after a pause tries again.`,
  'isp/permanent': ({ id, host }) => `${host} says that the mailbox of account ${id} needs attention. Ask the ISP.`,
  'isp/tls': ({ id, host }) =>
    `The ISP takes no login without TLS: set pop3.security to starttls or tls. This is ${host}, for account ${id}.`,
};

const CODES: Readonly<Record<LoginRefusal, Sayable | undefined>> = {
  later: 'isp/temporary',
  'in-use': 'isp/in-use',
  attention: 'isp/permanent',
  tls: 'isp/tls',
  credentials: 'isp/login-refused',
  unclear: 'isp/login-refused',
  way: undefined,
};

/** A greeting with -ERR: without a code it is about the server, not about anybody's login. */
export function greetingError(account: IspAccount, answer: IspAnswer): PostroomError {
  const code = answer.code === 'IN-USE' ? 'isp/in-use' : answer.code === 'SYS/PERM' ? 'isp/permanent' : 'isp/temporary';
  return errorOf(account, code, answer);
}

/** Where the server's CAPA says so before any login. */
export function tlsWantedError(account: IspAccount): PostroomError {
  const sentence = `${SENTENCES['isp/tls'](account)} Without it the server offers no way to log in. No password was sent.`;
  return new PostroomError('isp/tls', sentence, { account: account.id, host: account.host });
}

/** The error for ways that were all refused, at least one. */
export function refusedError(account: IspAccount, refusals: readonly RefusedWay[], offer: Offered | undefined): PostroomError {
  const telling = refusals.findLast(({ meaning }) => meaning !== 'way');
  const isKnown = account.auth !== 'auto' || offer === undefined || offer.ways.length > 0 || offer.capabilities.mechanisms.length === 0;
  const code = telling === undefined ? undefined : CODES[telling.meaning];
  // A server that announces other mechanisms, and not USER, calls every password wrong that comes by it.
  if (telling !== undefined && code !== undefined && (isKnown || code !== 'isp/login-refused'))
    return errorOf(account, code, telling.answer);
  const [first] = refusals;
  if (account.security === 'plain' && offer?.capabilities.stls && first !== undefined) return errorOf(account, 'isp/tls', first.answer);
  return new PostroomError('isp/no-login', noLoginSentence(account, refusals, offer), { account: account.id, host: account.host });
}

function errorOf(account: IspAccount, code: Sayable, { text }: IspAnswer): PostroomError {
  return new PostroomError(code, `${SENTENCES[code](account)} (The ISP: ${quoted(text)}.)`, { account: account.id, host: account.host });
}

function noLoginSentence({ id, host, auth }: IspAccount, refusals: readonly RefusedWay[], offer: Offered | undefined): string {
  const offered = offer === undefined ? '' : offerOf(offer.capabilities, offer.timestamp);
  const whatItOffers = offered === '' ? 'It does not say what it offers.' : `It offers ${offered}.`;
  const said = refusals.map(({ way, answer }) => `${NAMES[way]}: ${quoted(answer.text)}`).join(', ');
  if (auth !== 'auto')
    return `${host} does not take the login that pop3.auth names for account ${id}. ${whatItOffers} Set pop3.auth to auto. (The ISP to ${said}.)`;
  const wantsOauth = offer?.capabilities.mechanisms.some((name) => /OAUTH/.test(name)) ?? false;
  const remedy = wantsOauth
    ? 'It wants OAuth, which Postroom does not speak: ask the ISP how a program without OAuth can collect mail.'
    : 'Ask the ISP how a program can log in by POP3.';
  return `${host} offers no way to log in that Postroom knows, for account ${id}. ${whatItOffers} ${remedy} (The ISP to ${said}.)`;
}

function quoted(text: string): string {
  return text === '' ? 'no reason given' : `"${text}"`;
}
