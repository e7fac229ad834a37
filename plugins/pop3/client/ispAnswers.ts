// What an ISP's -ERR means (RFC 2449 section 6.4, RFC 3206), as codes of ours and sentences.
import { type ErrorCode, PostroomError } from '@postroom/sdk';
import type { IspAccount } from './ispAccount.js';

/** The first line of an answer. */
export interface Answer {
  readonly ok: boolean;
  /** Response code in upper case, for example `SYS/TEMP`; '' without one. */
  readonly code: string;
  /** The text behind it, fit for a sentence. */
  readonly text: string;
}

/**
 * The answer to a command that was alone on the line. Some servers write `+OK: ready` or `-ERR[IN-USE] busy`: anything but a letter or a digit may
 * stand behind the status. `undefined` for a line without a status.
 */
export function parseAnswer(line: string): Answer | undefined {
  const match = /^(\+OK|-ERR)(?![\p{L}\p{N}])[\s:;,.]*(.*)$/iu.exec(line.trimEnd());
  return match === null ? undefined : answerOf(match[1] ?? '', match[2] ?? '');
}

/**
 * The answer to one of several commands on the line, as RFC 1939 section 3 writes it and not otherwise: any other line may be part of a message whose
 * end was damaged. `undefined` for such a line.
 */
export function parseExactAnswer(line: string): Answer | undefined {
  const match = /^(\+OK|-ERR)(?: (.*))?$/.exec(line);
  return match === null ? undefined : answerOf(match[1] ?? '', (match[2] ?? '').trim());
}

function answerOf(status: string, rest: string): Answer {
  const code = /^\[([^\]\s]{1,40})[^\]]{0,80}\]\s*/.exec(rest);
  return {
    ok: status.toUpperCase() === '+OK',
    code: code?.[1]?.toUpperCase() ?? '',
    text: printable(code === null ? rest : rest.slice(code[0].length)),
  };
}

/** How many messages the answer to STAT says there are; 0 where it does not say. */
export function countIn({ ok, text }: Answer): number {
  const count = Number(text.split(' ')[0]);
  return ok && Number.isSafeInteger(count) ? count : 0;
}

/** Whether two answers to STAT speak of the same messages: as many of them, and as many octets. */
export function isSameStat(one: Answer, other: Answer): boolean {
  const figures = ({ text }: Answer): string => text.split(' ', 2).join(' ');
  return one.ok === other.ok && (!one.ok || figures(one) === figures(other));
}

/** A stranger's text for a log or a page: printable, and not long. */
export function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

const MINUTE = 60_000;

/** How long to leave the account alone after such an answer, in milliseconds; locks at the ISP come from hammering. */
const PAUSES: Partial<Record<ErrorCode, number>> = {
  'isp/login-refused': 15 * MINUTE,
  'isp/in-use': 2 * MINUTE,
  'isp/temporary': 5 * MINUTE,
  'isp/permanent': 60 * MINUTE,
};

/** Milliseconds to wait before another try, `undefined` where the schedule may go on. */
export function pauseAfter(code: ErrorCode): number | undefined {
  return PAUSES[code];
}

/** The error for an -ERR to the greeting or to a login command. */
export function loginError(account: IspAccount, answer: Answer): PostroomError {
  const code = loginCode(answer);
  const said = answer.text === '' ? 'no reason given' : `"${answer.text}"`;
  return new PostroomError(code, `${LOGIN_SENTENCES[code](account)} (The ISP: ${said}.)`, { account: account.id, host: account.host });
}

type LoginCode = 'isp/login-refused' | 'isp/in-use' | 'isp/temporary' | 'isp/permanent';

const LOGIN_SENTENCES: Record<LoginCode, (account: IspAccount) => string> = {
  'isp/login-refused': ({ id, host, user }) => `${host} refused the login of account ${id} as ${user}. Check pop3.user and pop3.password.`,
  'isp/in-use': ({ id, host }) =>
    `${host} says that the mailbox of account ${id} is in use. Another program collects the same mail, or an earlier session has not ended yet; the next round tries again.`,
  'isp/temporary': ({ id, host }) => `${host} asks account ${id} to come back later. The next round after a pause tries again.`,
  'isp/permanent': ({ id, host }) => `${host} says that the mailbox of account ${id} needs attention. Ask the ISP.`,
};

function loginCode({ code, text }: Answer): LoginCode {
  if (code === 'AUTH') return 'isp/login-refused';
  if (code === 'IN-USE') return 'isp/in-use';
  if (code === 'LOGIN-DELAY' || code === 'SYS/TEMP') return 'isp/temporary';
  if (code === 'SYS/PERM') return 'isp/permanent';
  // Older servers give no code: a lock must not look like a wrong password.
  return /\b(?:lock|locked|in use|busy|another session)\b/i.test(text) ? 'isp/in-use' : 'isp/login-refused';
}
