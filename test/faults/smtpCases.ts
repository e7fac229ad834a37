// What an ISP's outgoing server and the line to it do wrong, as a list.
import { randomBytes } from 'node:crypto';
import type { PracticeIsp, SmtpFaults, SmtpStep } from '@postroom/sdk/testing';

export interface SmtpCase {
  /** The row of the table; cases of one name share it. */
  readonly fault: string;
  /** What the table says where nothing was lost, doubled or stalled. */
  readonly held: string;
  /**
   * The ISP may have the message though it did not say so: the one documented window, in which a second copy is allowed. Elsewhere the server must not
   * say that mail may come twice.
   */
  readonly isUnsure?: boolean;
  /** What the ISP says goes for every message: the account's other mail waits as well. */
  readonly concernsAll?: boolean;
  /** Until the server gives up: its patience is short in the round of the fault. */
  readonly isSilent?: boolean;
  /** The message is larger than what the line holds: no final dot has been sent when the line breaks in the text. */
  readonly isLarge?: boolean;
  readonly begin: (isp: PracticeIsp) => void;
}

/** Before the final dot, in the order of a session. */
const STEPS = ['CONNECT', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'TEXT'] as const satisfies readonly SmtpStep[];
const LATER = 'sent once, in a later round; mail behind it went out in the same one';

function each<T>(values: readonly T[], fault: string, held: string, begin: (smtp: SmtpFaults, value: T) => void): readonly SmtpCase[] {
  return values.map((value) => ({ fault, held, begin: ({ faults }) => begin(faults.smtp, value) }));
}

function silent(cases: readonly SmtpCase[]): readonly SmtpCase[] {
  return cases.map((one) => ({ ...one, isSilent: true }));
}

const cuts: readonly SmtpCase[] = [
  ...each(STEPS, 'SMTP: line cut at a command', LATER, (smtp, step) => smtp.cut(step)),
  ...each(STEPS, 'SMTP: line reset at a command', LATER, (smtp, step) => smtp.break('reset', step)),
  ...each(STEPS, 'SMTP: line cut behind the answer to a command', LATER, (smtp, step) => smtp.cut({ step, when: 'answered' })),
  ...(['cut', 'reset'] as const).flatMap((how) =>
    [0, 1, 100_000].map((octets) => ({
      fault: `SMTP: line ${how} inside the text`,
      held: `${LATER}; nothing counts as possibly sent`,
      isLarge: true,
      begin: (isp: PracticeIsp) => isp.faults.smtp.break(how, { step: 'TEXT', when: 'octets', octets }),
    })),
  ),
  ...(['cut', 'reset'] as const).map((how) => ({
    fault: 'SMTP: line cut between the final dot and the 250',
    held: 'the one window: sent a second time with the same Message-ID, and the log says so',
    isUnsure: true,
    begin: (isp: PracticeIsp) => isp.faults.smtp.break(how, 'DATA'),
  })),
  {
    fault: 'SMTP: line cut behind the 250',
    held: 'sent, and not again',
    begin: (isp) => isp.faults.smtp.cut({ step: 'DATA', when: 'answered' }),
  },
  {
    fault: 'SMTP: line cut at RSET, after all recipients were refused',
    held: LATER,
    begin: (isp) => {
      isp.faults.smtp.answer('RCPT', '450 4.2.1 Busy', 1);
      isp.faults.smtp.cut('RSET');
    },
  },
];

const stalls: readonly SmtpCase[] = [
  ...silent(each(STEPS, 'SMTP: silence at a command', `given up in time; ${LATER}`, (smtp, step) => smtp.stall(step))),
  {
    fault: 'SMTP: silence inside the text',
    held: `given up in time; ${LATER}; nothing counts as possibly sent`,
    isLarge: true,
    isSilent: true,
    begin: (isp) => isp.faults.smtp.stall({ step: 'TEXT', when: 'octets', octets: 100_000 }),
  },
  {
    fault: 'SMTP: silence after the final dot',
    held: 'the one window: sent a second time with the same Message-ID, and the log says so',
    isUnsure: true,
    isSilent: true,
    begin: (isp) => isp.faults.smtp.stall('DATA'),
  },
];

const refusals: readonly SmtpCase[] = [
  ...([...STEPS, 'DATA'] as const).map((step) => ({
    fault: 'SMTP: 421 at a step',
    held: LATER,
    begin: (isp: PracticeIsp) => isp.faults.smtp.answer(step, '421 4.3.2 Shutting down', 1),
  })),
  ...([...STEPS, 'DATA'] as const).flatMap((step) =>
    ['421 4.3.2 Shutting down', '450 4.2.1 Busy', '452 4.3.1 No room'].map((answer) => ({
      fault: 'SMTP: 4xx at a step, to everything',
      held: 'waits, and is sent once',
      concernsAll: true,
      begin: (isp: PracticeIsp) => isp.faults.smtp.answer(step, answer),
    })),
  ),
  {
    fault: 'SMTP: 554 in the greeting',
    held: 'waits, and is sent once',
    concernsAll: true,
    begin: (isp) => isp.faults.smtp.answer('CONNECT', '554 5.7.1 Blocked'),
  },
  {
    fault: 'SMTP: login refused (535)',
    held: 'alarms, bounces nothing; sent once when mended',
    concernsAll: true,
    begin: (isp) => isp.faults.smtp.answer('AUTH', '535 5.7.8 Wrong password'),
  },
  {
    fault: 'SMTP: login demanded (530)',
    held: 'alarms, bounces nothing; sent once when mended',
    concernsAll: true,
    begin: (isp) => isp.faults.smtp.answer('MAIL', '530 5.7.0 Log in first'),
  },
  {
    fault: 'SMTP: no AUTH, no STARTTLS',
    held: 'alarms, bounces nothing; sent once when mended',
    concernsAll: true,
    begin: (isp) => {
      isp.faults.smtp.withoutAuth = true;
      isp.faults.smtp.withoutStarttls = true;
    },
  },
];

/** Codes that let the session go on. */
const GOOD: Readonly<Record<(typeof STEPS)[number] | 'DATA', string>> = {
  CONNECT: '220',
  EHLO: '250',
  AUTH: '235',
  MAIL: '250',
  RCPT: '250',
  TEXT: '354',
  DATA: '250',
};

const talk: readonly SmtpCase[] = [
  {
    fault: 'SMTP: answers in pieces of one octet',
    held: 'understood: sent at once',
    begin: (isp) => {
      isp.faults.smtp.pieces = 1;
    },
  },
  ...([...STEPS, 'DATA'] as const).flatMap((step) => [
    {
      fault: 'SMTP: an answer of 1 MB',
      held: 'read where it is within 1 MiB: sent at once',
      begin: (isp: PracticeIsp) => isp.faults.smtp.say(step, longAnswer(GOOD[step], step === 'EHLO' ? 'AUTH PLAIN' : 'so be it')),
    },
    {
      fault: step === 'DATA' ? 'SMTP: an endless answer to the final dot' : 'SMTP: an endless answer of many lines',
      held: step === 'DATA' ? 'the one window: sent a second time, and the log says so' : `hung up on; ${LATER}`,
      isUnsure: step === 'DATA',
      begin: (isp: PracticeIsp) => isp.faults.smtp.sayForEver(step, `${GOOD[step]}-${'and more '.repeat(100)}`),
    },
    {
      fault: step === 'DATA' ? 'SMTP: rubbish in answer to the final dot' : 'SMTP: rubbish for an answer',
      held: step === 'DATA' ? 'the one window: sent a second time, and the log says so' : LATER,
      isUnsure: step === 'DATA',
      begin: (isp: PracticeIsp) => isp.faults.smtp.say(step, 'HTTP/1.1 302 Found'),
    },
  ]),
];

/** At a server with `starttls`, and at one with `tls`. */
const handshakes: readonly SmtpCase[] = [
  ...each(['cut', 'reset'] as const, 'SMTP: TLS breaks in the handshake', LATER, (smtp, how) => smtp.break(how, 'TLS')),
  ...each(
    ['nothing like TLS', randomBytes(400).toString('latin1')],
    'SMTP: no TLS in the handshake',
    'nothing is said in clear text; sent once when mended',
    (smtp, text) => smtp.say('TLS', text),
  ).map((one) => ({ ...one, concernsAll: true })),
  ...silent(each([0], 'SMTP: silence in the TLS handshake', `given up in time; ${LATER}`, (smtp) => smtp.stall('TLS'))),
];

export const SMTP_CASES = {
  plain: [...cuts, ...stalls, ...refusals, ...talk],
  starttls: [
    ...handshakes,
    ...each(['cut', 'reset'] as const, 'SMTP: line cut at STARTTLS', LATER, (smtp, how) => smtp.break(how, 'STARTTLS')),
    ...silent(each([0], 'SMTP: silence at STARTTLS', `given up in time; ${LATER}`, (smtp) => smtp.stall('STARTTLS'))),
    {
      fault: 'SMTP: STARTTLS not offered, or refused',
      held: 'alarms, sends nothing in clear text; sent once when mended',
      concernsAll: true,
      begin: (isp) => {
        isp.faults.smtp.withoutStarttls = true;
      },
    },
    {
      fault: 'SMTP: STARTTLS not offered, or refused',
      held: 'alarms, sends nothing in clear text; sent once when mended',
      concernsAll: true,
      begin: (isp) => isp.faults.smtp.answer('STARTTLS', '454 4.7.0 Not now'),
    },
  ],
  tls: handshakes,
} as const satisfies Readonly<Record<'plain' | 'starttls' | 'tls', readonly SmtpCase[]>>;

/** A reply of a megabyte, in many lines. */
function longAnswer(code: string, last: string): string {
  return `${`${code}-${'y'.repeat(994)}\r\n`.repeat(999)}${code} ${last}`;
}
