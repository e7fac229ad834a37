// What the practice ISP's SMTP server can do wrong, switched on and off while it runs.
import { type Break, FaultList } from './faultList.js';

/** Steps of an SMTP session at which the server can answer otherwise or break. `DATA` is the answer to the final dot. */
export type SmtpStep = 'CONNECT' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA';

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

  readonly #breaks = new FaultList<StepAt, Break>(isStep);
  readonly #answers = new FaultList<StepAt, string>(isStep);

  /**
   * Answers a step with a code of 4xx or 5xx: `answer('DATA', '452 4.3.1 No room')`, `answer('AUTH', '535 5.7.8 Wrong password')`.
   * `times` is without end by default.
   */
  answer(step: SmtpStep, text: string, times = Number.POSITIVE_INFINITY): void {
    this.#answers.add({ step }, checked(text), times);
  }

  /** Answers RCPT for one recipient: `answerRecipient('a@far.example', '450 4.2.1 Mailbox busy', 1)`. */
  answerRecipient(address: string, text: string, times = Number.POSITIVE_INFINITY): void {
    this.#answers.add({ step: 'RCPT', address: address.toLowerCase() }, checked(text), times);
  }

  /**
   * Breaks the connection instead of answering that step. At `DATA` the message counts as received (it is in `outgoing`), but the
   * client never learns: the case in which a second try may send it twice.
   */
  break(how: Break, step: SmtpStep, times = 1): void {
    this.#breaks.add({ step }, how, times);
  }

  cut(step: SmtpStep, times = 1): void {
    this.break('cut', step, times);
  }

  stall(step: SmtpStep, times = 1): void {
    this.break('stall', step, times);
  }

  /** Everything works again. */
  clear(): void {
    this.withoutStarttls = false;
    this.withoutAuth = false;
    this.#breaks.clear();
    this.#answers.clear();
  }

  /** For the server: does the connection break now? */
  takeBreak(step: SmtpStep): Break | undefined {
    return this.#breaks.take({ step });
  }

  /** For the server: a scripted answer. */
  takeAnswer(step: SmtpStep, address?: string): { readonly code: number; readonly text: string } | undefined {
    const answer = this.#answers.take({ step, address: address?.toLowerCase() });
    return answer === undefined ? undefined : { code: Number(answer.slice(0, 3)), text: answer.slice(4) };
  }
}

function isStep(now: StepAt, awaited: StepAt): boolean {
  return now.step === awaited.step && (awaited.address === undefined || awaited.address === now.address);
}

function checked(text: string): string {
  if (!/^[45]\d\d .+/.test(text)) throw new TypeError(`An SMTP fault answers with a code of 4xx or 5xx and a text, not with '${text}'.`);
  return text;
}
