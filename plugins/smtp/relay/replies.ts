// What an ISP's answer, or its silence, means for a recipient: delivered, tried again, or bounced. Pure.
import type { DestinationReceipt, LoginRefusal } from '@postroom/sdk';
import { speaksOfLimit } from './limitWordings.js';
import { loginReplyMeaning } from './login/refusedLogins.js';

/** The fields of nodemailer's errors that decide. */
export interface RelayFailure {
  readonly message: string;
  /** ECONFIG (a SetupProblem), EAUTH, ETLS, ESOCKET, ETIMEDOUT, ECONNECTION, EPROTOCOL, EENVELOPE, EMESSAGE, ESTREAM. */
  readonly code?: string | undefined;
  /** The reply, all its lines. */
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  /** The verb that was answered: `MAIL FROM`, `RCPT TO`, `DATA`, `AUTH PLAIN`, `STARTTLS`, `CONN`. */
  readonly command?: string | undefined;
  /** A SetupProblem's. */
  readonly status?: string | undefined;
}

export type Verdict = Omit<DestinationReceipt, 'recipient' | 'remote'>;

const MAX_TEXT = 500;
/** Replies that ask for a login or for encryption, whatever command they answer (RFC 4954 section 6). */
const LOGIN_REPLIES = new Set([530, 534, 535, 538]);

const NOT_NOW: ReadonlySet<LoginRefusal> = new Set(['later', 'in-use']);

/** Judges a command that failed before the message was out. */
export function judge(failure: RelayFailure): Verdict {
  const text = oneLine(failure.response ?? failure.message);
  const reply = failure.responseCode;
  if (isConfiguration(failure)) {
    return { outcome: 'deferred', status: statusOf(failure.response, failure.status ?? '4.7.0'), text, configuration: true };
  }
  if (reply === 421) {
    return { outcome: 'deferred', status: statusOf(failure.response, '4.3.2'), text };
  }
  // While a session is being set up nothing is known about the message: 554 in a greeting means a block that may be lifted.
  const concernsMessage = failure.code === 'EENVELOPE' || failure.code === 'EMESSAGE';
  if (reply === undefined || !concernsMessage) {
    const isConnection = reply === undefined && failure.code !== 'ESTREAM';
    return { outcome: 'deferred', status: statusOf(failure.response, isConnection ? '4.4.2' : '4.3.0'), text };
  }
  // RFC 5321 section 4.5.3.1.10: old servers say 552 where they mean 452, too many recipients.
  if (reply === 552 && failure.command === 'RCPT TO') {
    return { outcome: 'deferred', status: '4.5.3', text };
  }
  // So many messages a day, say: the next day takes this one.
  if (reply >= 500 && speaksOfLimit(failure.response ?? '')) {
    return { outcome: 'deferred', status: statusOf(failure.response, '4.7.0'), text };
  }
  return reply >= 500 && reply < 600
    ? { outcome: 'failed', status: statusOf(failure.response, '5.0.0'), text }
    : { outcome: 'deferred', status: statusOf(failure.response, '4.0.0'), text };
}

/** Judges a final answer that never came: the ISP may have the message. */
export function judgeSilence(failure: RelayFailure): Verdict {
  const what =
    failure.code === 'EPROTOCOL'
      ? 'The answer does not tell whether the message was taken'
      : 'The connection ended after the message was sent and before the answer';
  const text = `${what}: ${oneLine(failure.message)}`;
  return { outcome: 'deferred', status: '4.4.2', text, unsure: true };
}

/** Judges what was not tried, since the connection had ended before. */
export function judgeBroken({ message, code }: RelayFailure): Verdict {
  return judge({ message, code: code === 'EENVELOPE' || code === 'EMESSAGE' ? 'ECONNECTION' : code });
}

/** Whether the ISP said no, as SMTP does. */
export function isRefusal({ responseCode }: RelayFailure): boolean {
  return responseCode !== undefined && responseCode >= 400 && responseCode < 600;
}

/** 250 or 251. */
export function judgeSuccess(response: string): Verdict {
  return { outcome: 'delivered', status: statusOf(response, '2.0.0'), text: oneLine(response) };
}

/** Whether the fault is the set-up's: the login, or TLS. */
export function isConfiguration(failure: RelayFailure): boolean {
  const { code, responseCode: reply, command = '', response = '' } = failure;
  // `535 Too many logins, try later` is about no password.
  const isLogin = code === 'EAUTH' || (reply !== undefined && LOGIN_REPLIES.has(reply));
  if (isLogin && response !== '' && NOT_NOW.has(loginReplyMeaning(response))) return false;
  if (code === 'ECONFIG' || (reply !== undefined && LOGIN_REPLIES.has(reply))) {
    return true;
  }
  // Rubbish has no code. It says nothing about the login; where nothing was answered at all, the client itself found no way.
  const isRefusal = reply === undefined ? failure.response === undefined : reply >= 500;
  if (code === 'EAUTH') {
    return isRefusal;
  }
  const concernsTls = code === 'ETLS' || command === 'STARTTLS' || (command === 'EHLO' && /STARTTLS/.test(failure.message));
  return concernsTls && isRefusal;
}

/** The enhanced status code of a reply, turned into the class of `otherwise`; that one where there is none. */
function statusOf(response: string | undefined, otherwise: string): string {
  const found = /^\d{3}[ -][245]\.(\d{1,3}\.\d{1,3})(?=\s|$)/.exec(response ?? '');
  return found?.[1] === undefined ? otherwise : `${otherwise.charAt(0)}.${found[1]}`;
}

/** For logs, bounces and the manager: one line without control characters. */
export function oneLine(text: string): string {
  return text
    .replace(/\r?\n(?:\d{3}[ -])?/g, ' ')
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);
}
