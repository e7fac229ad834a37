// The wire of an SMTP session with the practice ISP: lines in, replies out, TLS in between, and how it breaks.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { PracticeCertificate } from './certificate.js';
import type { Break } from './faultList.js';
import type { SmtpFaults } from './smtpFaults.js';
import { SmtpInput } from './smtpInput.js';
import type { WireLog } from './wireLog.js';

export interface SmtpWireSurroundings {
  readonly faults: SmtpFaults;
  readonly log: WireLog;
  readonly connection: number;
  readonly certificate: PracticeCertificate;
}

/** Thrown where the connection breaks as it was told to; nothing more is written. */
export class Broken extends Error {}

/** Octets of an endless answer. */
const LINES_AT_A_TIME = 65_536;

export class SmtpWire {
  #socket: Socket;
  #input: SmtpInput;
  readonly #closed = new AbortController();

  constructor(
    socket: Socket,
    private readonly around: SmtpWireSurroundings,
  ) {
    this.#socket = socket;
    this.#input = new SmtpInput(socket);
    socket.on('close', () => this.#closed.abort());
  }

  get isSecure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  /** The next command; `undefined` after the connection ended. */
  async line(): Promise<string | undefined> {
    const line = await this.#input.line();
    if (line !== undefined) this.#note('client', line.replace(/^(AUTH \S+) .+$/i, '$1 ***'));
    return line;
  }

  /** A line that the log does not show. */
  async secret(): Promise<string | undefined> {
    const line = await this.#input.line();
    this.#note('client', '***');
    return line;
  }

  /** A message up to the final dot, or until `limit` octets of it have come. */
  text(limit: number | undefined): Promise<Buffer | undefined> {
    return this.#input.text(limit);
  }

  async say(reply: string): Promise<true> {
    this.#note('server', reply.split('\r\n', 1)[0] ?? '');
    const octets = Buffer.from(`${reply}\r\n`, 'utf8');
    const size = this.around.faults.pieces || octets.length;
    for (let at = 0; at < octets.length; at += size) {
      await this.#write(octets.subarray(at, at + size));
      if (size < octets.length) await nextTurn();
    }
    return true;
  }

  async sayForEver(line: string): Promise<never> {
    this.#note('server', line);
    const lines = Buffer.from(`${line}\r\n`.repeat(Math.ceil(LINES_AT_A_TIME / line.length)), 'utf8');
    for (;;) await this.#write(lines);
  }

  /** `isReading`: what still comes is thrown away. Else the line fills up, as it does where a server has stopped in the middle of a text. */
  break(how: Break, isReading = true): never {
    if (how === 'cut') this.#socket.end();
    if (how === 'reset') this.#socket.resetAndDestroy();
    this.#input.detach();
    if (isReading) this.#socket.resume();
    throw new Broken();
  }

  async beginTls(): Promise<void> {
    this.#input.detach();
    const { faults, certificate } = this.around;
    const broken = faults.takeBreak('TLS', 'received');
    if (broken) this.break(broken.how);
    const scripted = faults.takeAnswer('TLS');
    if (scripted !== undefined && 'text' in scripted) {
      await this.say(scripted.text);
      this.break('cut');
    }
    const secure = new TLSSocket(this.#socket, { isServer: true, secureContext: createSecureContext(certificate) });
    secure.on('error', () => secure.destroy());
    this.#socket = secure;
    await once(secure, 'secure', { signal: this.#closed.signal });
    this.#input = new SmtpInput(secure);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #write(octets: Buffer): Promise<void> {
    if (this.#socket.destroyed) throw new Broken();
    if (!this.#socket.write(octets)) await once(this.#socket, 'drain', { signal: this.#closed.signal });
  }

  #note(from: 'client' | 'server', line: string): void {
    const { log, connection } = this.around;
    log.add({ protocol: 'smtp', connection, from, line, pipelined: from === 'client' && this.#input.isPipelined });
  }
}
