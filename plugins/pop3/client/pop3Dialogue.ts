// The dialogue with an ISP's server: commands out, answers in, in order, whether or not they are pipelined.
import { connect, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { PostroomError, withoutEcho } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { Incoming } from './incoming.js';
import type { IspAccount } from './ispAccount.js';
import { type Answer, parseAnswer, printable } from './ispAnswers.js';
import { Unstuffing } from './unstuffing.js';

/** Lines and octets of one listing. It stands in memory: a server that never ends one must not bring Postroom down. */
const MOST_LINES = 2_000_000;
const MOST_OCTETS = 32 * 1024 * 1024;
/** Node gives an address up before it tries the next one: its 250 ms are too short for a line by satellite, or for one SYN that was lost. */
const NEXT_ADDRESS_MS = 3_000;

/** Notes what was said, for people. Secrets never reach it. */
export type Transcript = (side: 'client' | 'server', line: string) => void;

export class Pop3Dialogue {
  readonly account: IspAccount;
  readonly #clock: Clock;
  readonly #transcript: Transcript | undefined;
  #socket: Socket;
  #incoming: Incoming;
  #unanswered = 0;
  /** Commands on the line since it was last without any. */
  #together = 0;
  #hasLostPipeline = false;

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

  /** Sends command lines in one write. `shown` replaces them in the transcript where they hold a secret. */
  send(lines: readonly string[], shown?: string): void {
    if (this.#transcript !== undefined) {
      for (const line of shown === undefined ? lines : [shown]) this.#transcript('client', line);
    }
    this.#together = (this.#unanswered === 0 ? 0 : this.#together) + lines.length;
    this.#unanswered += lines.length;
    if (this.#socket.writable) this.#socket.write(`${lines.join('\r\n')}\r\n`);
  }

  /** One command, one answer. */
  async ask(line: string, shown?: string): Promise<Answer> {
    this.send([line], shown);
    return this.answer(shown ?? line, shown !== undefined);
  }

  /** A command with a multi-line answer; `undefined` after -ERR. */
  async askLines(line: string): Promise<readonly string[] | undefined> {
    const answer = await this.ask(line);
    return answer.ok ? this.lines(line) : undefined;
  }

  /** The first line of the next answer, without an echo `toSecret`. Throws `isp/protocol` for anything that POP3 does not know. */
  async answer(what: string, toSecret = false): Promise<Answer> {
    try {
      return await this.#answer(what, toSecret);
    } catch (error) {
      this.#hasLostPipeline = this.#together > 1;
      throw error;
    }
  }

  async #answer(what: string, toSecret: boolean): Promise<Answer> {
    const line = await this.rawLine(what, toSecret);
    const answer = parseAnswer(line);
    if (answer === undefined) {
      throw new PostroomError(
        'isp/protocol',
        `${this.account.host} answered ${what} with "${printable(line)}": this is no POP3 server, or it lost its place.`,
      );
    }
    return answer;
  }

  async rawLine(what: string, toSecret = false): Promise<string> {
    const said = await this.#incoming.line(what);
    const line = toSecret ? this.#withoutEcho(said) : said;
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    this.#transcript?.('server', printable(line));
    return line;
  }

  /** The lines of a multi-line answer behind its first. */
  async lines(what: string): Promise<string[]> {
    const lines: string[] = [];
    let octets = 0;
    for (;;) {
      const line = await this.#incoming.line(what);
      if (line === '.') break;
      lines.push(line.startsWith('.') ? line.slice(1) : line);
      octets += line.length;
      if (lines.length > MOST_LINES || octets > MOST_OCTETS)
        throw new PostroomError(
          'isp/protocol',
          `${this.account.host} answered ${what} with more than ${MOST_LINES} lines or ${MOST_OCTETS} octets: this is no listing of a mailbox.`,
        );
    }
    this.#transcript?.('server', `(${lines.length} lines)`);
    return lines;
  }

  /** The octets of a message behind RETR's or TOP's +OK, dots removed, piece by piece; ends only at CRLF . CRLF, else it throws. */
  async *body(what: string): AsyncGenerator<Buffer, void, undefined> {
    const unstuffing = new Unstuffing();
    const progress = { due: 0, from: 0 };
    while (!unstuffing.isComplete) {
      const pieces = unstuffing.take(await this.#incoming.chunk(progress, what));
      if (unstuffing.isComplete && unstuffing.rest.length > 0) this.#incoming.unread(unstuffing.rest);
      yield* pieces;
    }
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

  #withoutEcho(line: string): string {
    const { user, password } = this.account;
    return withoutEcho(line, [password, Buffer.from(`\0${user}\0${password}`).toString('base64')]);
  }

  #listen(socket: Socket): Incoming {
    return new Incoming(socket, this.account.host, this.account.replyMs, this.#clock);
  }
}

async function connected(account: IspAccount, clock: Clock, signal: AbortSignal): Promise<Socket> {
  const { host, port, connectMs } = account;
  const autoSelectFamilyAttemptTimeout = Math.min(NEXT_ADDRESS_MS, connectMs / 2);
  const socket = connect({ host, port, noDelay: true, autoSelectFamily: true, autoSelectFamilyAttemptTimeout });
  return new Promise((resolve, reject) => {
    const fail = (code: 'isp/unreachable' | 'isp/timeout', reason: string, cause?: Error): void => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      reject(
        new PostroomError(
          code,
          `${host} port ${port} could not be reached: ${reason}. Check the line and pop3.host; the next round tries again.`,
          { account: account.id },
          { cause },
        ),
      );
    };
    const timer = clock.after(connectMs, () => fail('isp/timeout', 'no answer in time'));
    const onAbort = (): void => fail('isp/timeout', 'the time for the account is up');
    const onError = (error: Error & { errors?: readonly Error[] }): void =>
      fail('isp/unreachable', error.message === '' ? (error.errors?.[0]?.message ?? error.name) : error.message, error);
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    const settle = (): void => {
      void timer.dispose();
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('connect', onConnect);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', onError).on('connect', onConnect);
  });
}

/** Node would fall back to the certificate's common name, which RFC 9525 has done away with. */
function checkName(host: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname === undefined) return new Error(`the certificate names no host, so not ${host} either`);
  return checkServerIdentity(host, certificate);
}

async function secured(socket: Socket, account: IspAccount, clock: Clock): Promise<TLSSocket> {
  const { host, pin, connectMs } = account;
  // The certificate is judged below, before anything is sent: so that a refusal can name its fingerprint.
  const secure = connectTls({
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: false,
    checkServerIdentity: (name, certificate) => checkName(name, certificate),
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string, cause?: Error): void => {
      void timer.dispose();
      secure.destroy();
      reject(
        new PostroomError(
          'isp/tls',
          `TLS with ${host} failed: ${reason}. No password was sent. Check pop3.security and pop3.port.`,
          { account: account.id },
          { cause },
        ),
      );
    };
    const timer = clock.after(connectMs, () => fail('no answer in time'));
    secure.on('error', (error: Error & { readonly reason?: string }) => fail(error.reason ?? error.message, error));
    secure.once('close', () => fail('the server closed the connection'));
    secure.once('secureConnect', () => {
      void timer.dispose();
      resolve();
    });
  });
  secure.removeAllListeners('close');
  secure.removeAllListeners('error');
  secure.on('error', () => {});
  judge(secure, host, pin);
  return secure;
}

function judge(secure: TLSSocket, host: string, pin: string | undefined): void {
  const fingerprint = secure.getPeerCertificate().fingerprint256 ?? '';
  if (pin !== undefined) {
    if (fingerprint.replaceAll(':', '').toLowerCase() === pin) return;
    secure.destroy();
    throw new PostroomError(
      'isp/tls',
      `${host} shows another certificate than pop3.tls.pin names: its SHA-256 is ${fingerprint}. No password was sent. If the ISP confirms the change, set pop3.tls.pin to it.`,
    );
  }
  if (secure.authorized) return;
  secure.destroy();
  throw new PostroomError(
    'isp/tls',
    `The certificate of ${host} is not trusted (${String(secure.authorizationError)}); its SHA-256 is ${fingerprint}. No password was sent. If the ISP confirms it, set pop3.tls.pin to it.`,
  );
}
