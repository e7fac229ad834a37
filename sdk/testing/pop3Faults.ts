// What the practice ISP's POP3 server can do wrong, switched on and off while it runs.
import { type Break, FaultList } from './faultList.js';

/** What a server may lack. Without `UIDL`, `TOP`, `USER` or `CAPA` the command is refused as well; without `PIPELINING` it is not announced. */
export type Pop3Capability = 'CAPA' | 'USER' | 'UIDL' | 'TOP' | 'PIPELINING' | 'STLS' | 'SASL' | 'RESP-CODES';

/** A point in a POP3 session. */
export interface Pop3Moment {
  /** In capitals; `CONNECT` for the greeting. */
  readonly command: string;
  /** Only for the command with this message number, as in `RETR 3`. */
  readonly message?: number;
  /**
   * `received`: the command has come, nothing is done or said. `done`: it is done (QUIT has deleted), the answer is not sent.
   * `octets`: RETR has sent that many octets of the message. `dot`: RETR has sent all but the final dot. `answered`: all is sent.
   */
  readonly when: 'received' | 'done' | 'octets' | 'dot' | 'answered';
  /** For `octets`: how many octets of the dot-stuffed message go out before the break. */
  readonly octets?: number;
}

/** When messages leave the mailbox. RFC 1939: `quit`. */
export type Pop3Deletion = 'quit' | 'dele' | 'retr' | 'never';

export class Pop3Faults {
  /** Capabilities and commands that the server does not have. */
  readonly without = new Set<Pop3Capability>();
  /** SASL mechanisms that are announced. PLAIN, LOGIN and CRAM-MD5 work; by others no login succeeds. */
  mechanisms: readonly string[] = ['PLAIN'];
  /** The greeting has a timestamp, and APOP works. */
  hasApop = false;
  /** Ways to log in that are refused although they are announced: mechanisms, `APOP`, `USER`. */
  readonly refused = new Set<string>();
  /** Milliseconds from a command's arrival to its answer, as a long line has them: pipelined commands wait together. */
  latency = 0;
  /** When messages are really deleted. */
  deletion: Pop3Deletion = 'quit';

  readonly #breaks = new FaultList<Pop3Moment, { how: Break; octets: number | undefined }>(isMoment);
  readonly #answers = new FaultList<{ command: string; message?: number | undefined }, string>(
    (now, awaited) => now.command === awaited.command && (awaited.message === undefined || awaited.message === now.message),
  );

  /** Ends the connection at that moment, `times` times. */
  cut(moment: Pop3Moment, times = 1): void {
    this.break('cut', moment, times);
  }

  /** Says no more from that moment on, and keeps the connection open. */
  stall(moment: Pop3Moment, times = 1): void {
    this.break('stall', moment, times);
  }

  break(how: Break, moment: Pop3Moment, times = 1): void {
    this.#breaks.add(moment, { how, octets: moment.octets }, times);
  }

  /**
   * Answers a command with this text and does nothing: `answer('PASS', '-ERR [AUTH] wrong')`, `answer('RETR', '-ERR gone', { message: 2 })`,
   * `answer('UIDL', '+OK\r\n1 a\r\n3 b\r\n.')`. `CONNECT` for the greeting. CRLF is added at the end. `times` is without end by default.
   */
  answer(command: string, text: string, options: { readonly message?: number; readonly times?: number } = {}): void {
    this.#answers.add({ command: command.toUpperCase(), message: options.message }, text, options.times ?? Number.POSITIVE_INFINITY);
  }

  /** Refuses good logins with a response code of RFC 2449 or RFC 3206. */
  refuseLogin(code: 'IN-USE' | 'AUTH' | 'SYS/TEMP' | 'SYS/PERM' | 'LOGIN-DELAY', times?: number): void {
    const options = times === undefined ? {} : { times };
    this.answer('PASS', `-ERR [${code}] not now`, options);
    this.answer('AUTH', `-ERR [${code}] not now`, options);
  }

  /** Cuts and stalls that have not happened yet. */
  get waiting(): number {
    return this.#breaks.size;
  }

  /** Everything works again. */
  clear(): void {
    this.without.clear();
    this.mechanisms = ['PLAIN'];
    this.hasApop = false;
    this.refused.clear();
    this.latency = 0;
    this.deletion = 'quit';
    this.#breaks.clear();
    this.#answers.clear();
  }

  /** For the server: does the connection break now? */
  takeBreak(
    command: string,
    message: number | undefined,
    when: Pop3Moment['when'],
  ): { how: Break; octets: number | undefined } | undefined {
    return this.#breaks.take(message === undefined ? { command, when } : { command, message, when });
  }

  /** For the server: a scripted answer. */
  takeAnswer(command: string, message: number | undefined): string | undefined {
    return this.#answers.take({ command, message });
  }
}

function isMoment(now: Pop3Moment, awaited: Pop3Moment): boolean {
  return (
    now.command === awaited.command.toUpperCase() &&
    now.when === awaited.when &&
    (awaited.message === undefined || awaited.message === now.message)
  );
}
