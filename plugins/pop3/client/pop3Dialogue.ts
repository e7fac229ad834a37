// The dialogue with an ISP's server: commands out, answers in, in order, whether or not they are pipelined.
import type { Socket } from 'node:net';
import { PostroomError, withoutEcho, withoutSecrets } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { BareUnstuffing } from './bareUnstuffing.js';
import { connected, secured } from './connecting.js';
import type { IspAccount } from './ispAccount.js';
import { type IspAnswer, parseAnswer, parseExactAnswer, printable } from './ispAnswers.js';
import { OutOfStep } from './outOfStep.js';
import { type LineEnds, SocketReader } from './socketReader.js';
import { Unstuffing } from './unstuffing.js';

/** Lines and octets of one listing: a server that never ends one must not keep the round. */
export const LISTING = { lines: 1_000_000, octets: 32 * 1024 * 1024 };
/** Of any other answer with lines, as to CAPA, which stands in memory. */
export const ANSWER = { lines: 1_000, octets: 64 * 1024 };

/** Milliseconds for the answer to QUIT where nothing depends on it. */
const FAREWELL_MS = 5_000;
/** A line of one dot whose end, or that of the line before, is not CRLF: what a server meant for the end of a message. */
const ODD_END = /(?:^|[\r\n])\.[\r\n]{1,2}$/;
const ODD_END_OCTETS = 5;

/** Notes what was said, for people. Secrets never reach it. */
export type Transcript = (side: 'client' | 'server', line: string) => void;

/** What a server asks for in the middle of a login, as it stands behind the `+`. */
export interface Challenge {
  readonly challenge: string;
}

export class Pop3Dialogue {
  readonly account: IspAccount;
  readonly #clock: Clock;
  readonly #transcript: Transcript | undefined;
  #socket: Socket;
  #incoming: SocketReader;
  #unanswered = 0;
  /** Commands on the line since it was last without any. */
  #together = 0;
  #hasLostPipeline = false;
  readonly #hidden: string[] = [];
  readonly #ends: LineEnds = { hasCrlf: false, hasBareLf: false };
  #isExact = true;

  private constructor(account: IspAccount, socket: Socket, clock: Clock, transcript: Transcript | undefined) {
    this.account = account;
    this.#clock = clock;
    this.#transcript = transcript;
    this.#socket = socket;
    this.#incoming = this.#listen(socket);
  }

  /** Connects, IPv6 or IPv4, whichever answers; with TLS from the first octet where the account says so. The greeting is still to be read. */
  static async connect(account: IspAccount, clock: Clock, signal: AbortSignal, transcript?: Transcript): Promise<Pop3Dialogue> {
    const socket = await connected(account, clock, signal);
    const dialogue = new Pop3Dialogue(account, socket, clock, transcript);
    const abort = (): void => dialogue.cut();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', abort));
    if (signal.aborted) dialogue.cut();
    if (account.security === 'tls') await dialogue.secure();
    return dialogue;
  }

  /** Starts TLS. Octets that came in clear text behind the +OK to STLS would be taken for answers in TLS: then it stops. */
  async secure(): Promise<void> {
    const { host } = this.account;
    if (this.#incoming.waiting > 0) {
      throw new PostroomError(
        'isp/tls',
        `${host} sent more than its answer to STLS: somebody on the way may be injecting text. No password was sent.`,
      );
    }
    this.#incoming.detach();
    this.#socket = await secured(this.#socket, this.account, this.#clock);
    this.#incoming = this.#listen(this.#socket);
  }

  /** Commands went out together, and the answer to one of them stayed away or was none. */
  get hasLostPipeline(): boolean {
    return this.#hasLostPipeline;
  }

  /** So far each line has ended with CRLF and each status stood alone, as in RFC 1939: only then answers can be told from text in a pipeline. */
  get mayPipeline(): boolean {
    return this.#isExact && !this.#ends.hasBareLf;
  }

  /**
   * Sends command lines in one write. `shown` replaces them in the transcript where they hold a secret. Throws OutOfStep where the server has
   * said something unasked.
   */
  send(lines: readonly string[], shown?: string): void {
    if (this.#unanswered === 0 && this.#incoming.waiting > 0) {
      throw new OutOfStep(
        `${this.account.host} said more than it was asked for, so its next answers cannot be told apart. The next round tries again.`,
      );
    }
    if (this.#transcript !== undefined) {
      for (const line of shown === undefined ? lines : [shown]) this.#transcript('client', line);
    }
    this.#together = (this.#unanswered === 0 ? 0 : this.#together) + lines.length;
    this.#unanswered += lines.length;
    if (this.#socket.writable) this.#socket.write(`${lines.join('\r\n')}\r\n`);
  }

  /** One command, one answer. */
  async ask(line: string, shown?: string): Promise<IspAnswer> {
    this.send([line], shown);
    return this.answer(shown ?? line, shown !== undefined);
  }

  /** What the server begins with: its answer, and the line as it is, which a login may have to repeat. */
  async greeting(): Promise<{ readonly answer: IspAnswer; readonly said: string }> {
    const what = 'the connection with its greeting';
    const { said, shown } = await this.#line(what, false);
    return { answer: this.#read(what, shown), said };
  }

  /** A step of a login, shown as `shown`: its answer, or what the server asks for next (RFC 5034), without the `+`. */
  async askOrAnswer(line: string, shown: string): Promise<IspAnswer | Challenge> {
    this.send([line], shown);
    const reply = await this.#line(shown, true);
    if (!/^\+(?: |$)/.test(reply.said)) return this.#read(shown, reply.shown);
    return { challenge: reply.said.slice(1).trim() };
  }

  /** What the server repeats of this is not shown from here on. */
  hide(secret: string): void {
    this.#hidden.push(secret);
  }

  /** A command with a multi-line answer of a few lines; `undefined` after -ERR. */
  async askLines(line: string): Promise<readonly string[] | undefined> {
    const answer = await this.ask(line);
    if (!answer.ok) return undefined;
    const lines: string[] = [];
    await this.#lines(line, ANSWER, (each) => lines.push(each));
    return lines;
  }

  /** A command that lists the mailbox, whose lines are taken as they come and not kept; none after -ERR. Answers the first line. */
  async eachLine(line: string, take: (line: string) => void): Promise<IspAnswer> {
    const answer = await this.ask(line);
    if (answer.ok) await this.#lines(line, LISTING, take);
    return answer;
  }

  /**
   * Says QUIT. `undefined`: the server ended without an answer, so that it is unknown whether it removed anything. `matters`: something is to be removed.
   * Never rejects: what was collected is here, whatever the server's last word.
   */
  async quit(matters: boolean): Promise<IspAnswer | undefined> {
    try {
      this.send(['QUIT']);
      return await this.answer('QUIT', false, matters ? this.account.replyMs : Math.min(FAREWELL_MS, this.account.replyMs));
    } catch {
      return undefined;
    }
  }

  /** The first line of the next answer, without an echo `toSecret`. Throws OutOfStep for anything that POP3 does not know. */
  async answer(what: string, toSecret = false, ms?: number): Promise<IspAnswer> {
    try {
      return await this.#answer(what, toSecret, ms);
    } catch (error) {
      this.#hasLostPipeline = this.#together > 1;
      throw error;
    }
  }

  async #answer(what: string, toSecret: boolean, ms?: number): Promise<IspAnswer> {
    const { shown } = await this.#line(what, toSecret, ms);
    return this.#read(what, shown);
  }

  /** Anything but a status where one belongs: whatever the server says next may be part of a message. */
  #read(what: string, line: string): IspAnswer {
    const exact = parseExactAnswer(line);
    if (exact === undefined) this.#isExact = false;
    return exact ?? (this.#together > 1 ? undefined : parseAnswer(line)) ?? this.#misplaced(what, line);
  }

  #misplaced(what: string, line: string): never {
    throw new OutOfStep(`${this.account.host} answered ${what} with "${printable(line)}": this is no POP3 server, or it lost its place.`);
  }

  /** The next line: `said` as it came, `shown` without secrets. */
  async #line(what: string, toSecret: boolean, ms?: number): Promise<{ readonly said: string; readonly shown: string }> {
    const said = this.#incoming.lineAtHand() ?? (await this.#incoming.line(what, ms));
    const shown = toSecret ? withoutEcho(said, this.#secrets) : withoutSecrets(said, this.#secrets);
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    this.#transcript?.('server', printable(shown));
    return { said, shown };
  }

  /** The lines of a multi-line answer behind its first. */
  async #lines(what: string, most: { readonly lines: number; readonly octets: number }, take: (line: string) => void): Promise<void> {
    let lines = 0;
    let octets = 0;
    for (;;) {
      const line = this.#incoming.lineAtHand() ?? (await this.#incoming.line(what));
      if (line === '.') break;
      take(line.startsWith('.') ? line.slice(1) : line);
      lines += 1;
      octets += line.length;
      if (lines > most.lines || octets > most.octets)
        throw new PostroomError(
          'isp/protocol',
          `${this.account.host} answered ${what} with more than ${most.lines} lines or ${most.octets} octets: this is no ${most === LISTING ? 'listing of a mailbox' : 'POP3 server'}.`,
        );
    }
    this.#transcript?.('server', `(${lines} lines)`);
  }

  /**
   * The octets of a message behind RETR's or TOP's +OK, dots removed, piece by piece; ends only at CRLF . CRLF, else it throws. Where each line of the
   * session so far has ended with LF alone, and nothing else is on the line, it ends at LF . LF.
   */
  async *body(what: string): AsyncGenerator<Buffer, void, undefined> {
    const isBare = this.#ends.hasBareLf && !this.#ends.hasCrlf && this.#together === 1;
    const unstuffing = isBare ? new BareUnstuffing() : new Unstuffing();
    const progress = { due: 0, from: 0 };
    let tail: Buffer = Buffer.alloc(0);
    while (!unstuffing.isComplete) {
      let chunk: Buffer;
      try {
        chunk = await this.#incoming.chunk(progress, what);
      } catch (error) {
        this.#hasLostPipeline ||= this.#together > 1;
        throw ODD_END.test(tail.toString('latin1')) ? this.#oddLines() : error;
      }
      tail = (chunk.length < ODD_END_OCTETS ? Buffer.concat([tail, chunk]) : chunk).subarray(-ODD_END_OCTETS);
      const pieces = unstuffing.take(chunk);
      if (unstuffing instanceof BareUnstuffing && unstuffing.isMixed) throw this.#oddLines();
      if (unstuffing.isComplete && unstuffing.rest.length > 0) this.#incoming.unread(unstuffing.rest);
      yield* pieces;
    }
  }

  #oddLines(): PostroomError {
    const { id, host } = this.account;
    return new PostroomError(
      'isp/protocol',
      `${host} sends lines that do not end as POP3 says (with CR LF, RFC 1939), so nobody can tell where a message of account ${id} ends. Nothing is deleted there. Ask the ISP to mend its server.`,
    );
  }

  /** The server has ended the connection. */
  get isClosed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }

  /** Ends without a word: the server removes nothing (RFC 1939 section 6). */
  cut(): void {
    this.#socket.destroy();
  }

  /** Ends after QUIT was answered. */
  end(): void {
    const socket = this.#socket;
    // The ISP may have closed first: no further 'close' would let go of the timer.
    if (socket.destroyed) return;
    socket.end();
    const timer = this.#clock.after(2_000, () => socket.destroy());
    socket.once('close', () => void timer.dispose());
    socket.resume();
  }

  get #secrets(): readonly string[] {
    const { user, password } = this.account;
    const inBase64 = [`\0${user}\0${password}`, password].map((text) => Buffer.from(text).toString('base64'));
    return [password, ...inBase64, ...this.#hidden];
  }

  #listen(socket: Socket): SocketReader {
    return new SocketReader(socket, this.account, this.#clock, this.#ends);
  }
}
