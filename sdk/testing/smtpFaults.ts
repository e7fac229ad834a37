// What the practice ISP's SMTP server can do wrong, switched on and off while it runs.
import { type Break, FaultList } from './faultList.js';

/**
 * Steps of an SMTP session at which the server can answer otherwise or break. `CONNECT` is the greeting, `EHLO` HELO as well, `TLS` the handshake,
 * `TEXT` the answer to the command DATA, `DATA` the answer to the final dot.
 */
export const SMTP_STEPS = ['CONNECT', 'EHLO', 'STARTTLS', 'TLS', 'AUTH', 'MAIL', 'RCPT', 'TEXT', 'DATA', 'RSET', 'QUIT'] as const;
export type SmtpStep = (typeof SMTP_STEPS)[number];

/** A point in an SMTP session. */
export interface SmtpMoment {
  readonly step: SmtpStep;
  /**
   * `received` (default): nothing is said any more. `answered`: the usual answer has gone out; not for `TLS`. `octets`: only for `TEXT`: that many
   * octets of the message have been read, and no more are.
   */
  readonly when?: 'received' | 'answered' | 'octets';
  readonly octets?: number;
}

/** What is put on the wire: a reply, or lines that never end. */
export type ScriptedReply = { readonly text: string } | { readonly endless: string };

interface StepAt {
  readonly step: SmtpStep;
  /** RCPT: the recipient; MAIL: the sender. Compared in lower case. */
  readonly address?: string | undefined;
}

export class SmtpFaults {
  /** STARTTLS is not offered (and refused), on connections made from now on. */
  withoutStarttls = false;
  /** AUTH is not offered (and refused), on connections made from now on. */
  withoutAuth = false;
  /** SASL mechanisms that are announced. PLAIN, LOGIN and CRAM-MD5 work; by others no login succeeds. */
  mechanisms: readonly string[] = ['PLAIN', 'LOGIN'];
  /** Mechanisms that are refused although they are announced. */
  readonly refused = new Set<string>();
  /** Octets of an answer that go out at a time, each piece in a separate segment; 0: all at once. */
  pieces = 0;

  readonly #breaks = new FaultList<SmtpMoment, { readonly how: Break; readonly octets: number }>(
    (now, awaited) => now.step === awaited.step && now.when === (awaited.when ?? 'received'),
  );
  readonly #answers = new FaultList<StepAt, ScriptedReply>(isStep);

  /**
   * Answers a step with a code of 4xx or 5xx: `answer('DATA', '452 4.3.1 No room')`, `answer('AUTH', '535 5.7.8 Wrong password')`.
   * `times` is without end by default.
   */
  answer(step: SmtpStep, text: string, times = Number.POSITIVE_INFINITY): void {
    this.#answers.add({ step }, { text: checked(text) }, times);
  }

  /** Answers RCPT for one recipient: `answerRecipient('a@far.example', '450 4.2.1 Mailbox busy', 1)`. */
  answerRecipient(address: string, text: string, times = Number.POSITIVE_INFINITY): void {
    this.#answers.add({ step: 'RCPT', address: address.toLowerCase() }, { text: checked(text) }, times);
  }

  /**
   * Says these octets instead of an answer, CRLF added; the command counts as done unless they begin with 4 or 5. `say('EHLO', 'hello?')`. At `TLS`
   * they come in the place of a handshake.
   */
  say(step: SmtpStep, text: string, times = 1): void {
    this.#answers.add({ step }, { text }, times);
  }

  /** Answers with this line again and again, until the client closes: `sayForEver('EHLO', '250-What else')`. */
  sayForEver(step: SmtpStep, line: string, times = 1): void {
    this.#answers.add({ step }, { endless: line }, times);
  }

  /**
   * Breaks the connection instead of answering that step. At `DATA` the message counts as received (it is in `outgoing`), but the
   * client never learns: the case in which a second try may send it twice.
   */
  break(how: Break, at: SmtpStep | SmtpMoment, times = 1): void {
    const moment = typeof at === 'string' ? { step: at } : at;
    this.#breaks.add(moment, { how, octets: moment.octets ?? 0 }, times);
  }

  cut(at: SmtpStep | SmtpMoment, times = 1): void {
    this.break('cut', at, times);
  }

  stall(at: SmtpStep | SmtpMoment, times = 1): void {
    this.break('stall', at, times);
  }

  /** Breaks that have not happened yet. */
  get waiting(): number {
    return this.#breaks.size;
  }

  /** Everything works again. */
  clear(): void {
    this.withoutStarttls = false;
    this.withoutAuth = false;
    this.mechanisms = ['PLAIN', 'LOGIN'];
    this.refused.clear();
    this.pieces = 0;
    this.#breaks.clear();
    this.#answers.clear();
  }

  /** For the server: does the connection break now? */
  takeBreak(step: SmtpStep, when: NonNullable<SmtpMoment['when']>): { readonly how: Break; readonly octets: number } | undefined {
    return this.#breaks.take({ step, when });
  }

  /** For the server: a scripted answer. */
  takeAnswer(step: SmtpStep, address?: string): ScriptedReply | undefined {
    return this.#answers.take({ step, address: address?.toLowerCase() });
  }
}

function isStep(now: StepAt, awaited: StepAt): boolean {
  return now.step === awaited.step && (awaited.address === undefined || awaited.address === now.address);
}

function checked(text: string): string {
  if (!/^[45]\d\d .+/.test(text)) throw new TypeError(`An SMTP fault answers with a code of 4xx or 5xx and a text, not with '${text}'.`);
  return text;
}
