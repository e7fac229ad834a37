// One POP3 session with the practice ISP (RFC 1939, 2449, 2595, 5034): reads a command, does it, answers, with the faults in between.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { PracticeCertificate } from './certificate.js';
import type { Pop3Faults, Pop3Moment } from './pop3Faults.js';
import { type ArrivedLine, Pop3Lines } from './pop3Lines.js';
import { type Answer, listing, Pop3Maildrop } from './pop3Maildrop.js';
import type { PracticeMailbox } from './practiceMailbox.js';
import type { WireLog } from './wireLog.js';

/** What a session needs of its server. */
export interface Pop3Surroundings {
  readonly faults: Pop3Faults;
  readonly log: WireLog;
  readonly connection: number;
  /** STLS is offered. */
  readonly starttls: boolean;
  readonly certificate: PracticeCertificate;
  find(user: string): PracticeMailbox | undefined;
}

/** Thrown where the connection is to break; nothing more is written. */
const BROKEN = new Error('The connection is to break.');

export class Pop3Session {
  #socket: Socket;
  readonly #lines: Pop3Lines;
  readonly #closed = new AbortController();
  #user = '';
  /** From the login on. */
  #maildrop: Pop3Maildrop | undefined;
  #secure: boolean;

  constructor(
    socket: Socket,
    private readonly around: Pop3Surroundings,
  ) {
    this.#socket = socket;
    this.#secure = socket instanceof TLSSocket;
    this.#lines = new Pop3Lines(socket);
    this.#watch(socket);
  }

  /** Serves until the connection ends. Never rejects: a client that goes away is everyday life. */
  async run(): Promise<void> {
    try {
      await this.#greet();
      for (let line = await this.#lines.next(); line; line = await this.#lines.next()) {
        if (!(await this.#serve(line))) break;
      }
      this.#socket.end();
    } catch (error) {
      if (error !== BROKEN) this.#socket.destroy();
    }
  }

  #watch(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#closed.abort());
  }

  async #greet(): Promise<void> {
    await this.#breakAt('CONNECT', undefined, 'received');
    await this.#write(this.around.faults.takeAnswer('CONNECT', undefined) ?? '+OK The practice ISP is ready');
    await this.#breakAt('CONNECT', undefined, 'answered');
  }

  /** Answers whether the session goes on. */
  async #serve(line: ArrivedLine): Promise<boolean> {
    const [word = '', ...words] = line.text.split(' ');
    const command = word.toUpperCase();
    const rest = line.text.slice(word.length + 1);
    const number = /^\d+$/.test(words[0] ?? '') ? Number(words[0]) : undefined;
    this.#note('client', blanked(command, line.text), this.#lines.pipelined);
    await this.#breakAt(command, number, 'received');

    const scripted = this.around.faults.takeAnswer(command, number);
    const answer: Answer = scripted === undefined ? await this.#do(command, rest, words) : { line: scripted };
    await this.#breakAt(command, number, 'done');
    await this.#delay(line.at);
    await this.#answer(command, number, answer);
    await this.#breakAt(command, number, 'answered');
    if (command === 'STLS' && answer.line.startsWith('+OK')) await this.#startTls();
    return command !== 'QUIT';
  }

  async #do(command: string, rest: string, words: readonly string[]): Promise<Answer> {
    if (command === 'QUIT') {
      this.#maildrop?.update();
      return { line: '+OK Good bye' };
    }
    if (command === 'CAPA' && this.#has('CAPA')) return { line: '+OK What the practice ISP can do', body: listing(this.#capabilities()) };
    return this.#maildrop?.answer(command, words) ?? this.#authorize(command, rest, words);
  }

  // AUTHORIZATION state

  async #authorize(command: string, rest: string, words: readonly string[]): Promise<Answer> {
    switch (command) {
      case 'STLS':
        return this.#offersTls() ? { line: '+OK Begin TLS' } : { line: '-ERR No TLS here' };
      case 'USER':
        this.#user = rest;
        return { line: '+OK And the password?' };
      case 'PASS':
        return this.#logIn(this.#user, rest);
      case 'AUTH':
        return this.#authenticate(words);
      default:
        return { line: '-ERR Log in first' };
    }
  }

  async #authenticate([mechanism = '', initial]: readonly string[]): Promise<Answer> {
    if (mechanism.toUpperCase() !== 'PLAIN' || !this.#has('SASL')) return { line: '-ERR No such mechanism' };
    let response = initial;
    if (response === undefined) {
      await this.#write('+ ');
      response = (await this.#lines.next())?.text ?? '*';
      this.#note('client', '***', false);
    }
    const [, user = '', password = ''] = Buffer.from(response, 'base64').toString('utf8').split('\0');
    return this.#logIn(user, password);
  }

  #logIn(user: string, password: string): Answer {
    const mailbox = this.around.find(user);
    if (!mailbox || mailbox.password !== password) return { line: '-ERR [AUTH] Wrong user or password' };
    this.#maildrop = new Pop3Maildrop(mailbox, this.around.faults);
    return { line: `+OK ${this.#maildrop.count} messages` };
  }

  // The wire

  #capabilities(): readonly string[] {
    const offered = ['USER', 'TOP', 'UIDL', 'RESP-CODES', 'PIPELINING', 'SASL', ...(this.#offersTls() ? ['STLS'] : [])];
    return offered.filter((capability) => this.#has(capability)).map((capability) => (capability === 'SASL' ? 'SASL PLAIN' : capability));
  }

  #has(capability: string): boolean {
    return !(this.around.faults.without as ReadonlySet<string>).has(capability);
  }

  #offersTls(): boolean {
    return this.around.starttls && !this.#secure && this.#has('STLS');
  }

  async #answer(command: string, number: number | undefined, answer: Answer): Promise<void> {
    await this.#write(answer.line);
    if (answer.body === undefined) return;
    const inside = this.around.faults.takeBreak(command, number, 'octets');
    if (inside) {
      await this.#send(answer.body.subarray(0, inside.octets ?? 0));
      await this.#break(inside.how);
    }
    await this.#send(answer.body);
    await this.#breakAt(command, number, 'dot');
    await this.#send(Buffer.from('.\r\n'));
  }

  async #write(line: string): Promise<void> {
    this.#note('server', line.split('\r\n', 1)[0] ?? '', false);
    await this.#send(Buffer.from(`${line}\r\n`, 'latin1'));
  }

  async #send(octets: Buffer): Promise<void> {
    if (this.#socket.destroyed) throw BROKEN;
    if (this.#socket.write(octets)) return;
    await once(this.#socket, 'drain', { signal: this.#closed.signal });
  }

  async #delay(arrivedAt: number): Promise<void> {
    const left = arrivedAt + this.around.faults.latency - performance.now();
    if (left > 0) await wait(left, undefined, { signal: this.#closed.signal });
  }

  async #breakAt(command: string, number: number | undefined, when: Pop3Moment['when']): Promise<void> {
    const fault = this.around.faults.takeBreak(command, number, when);
    if (fault) await this.#break(fault.how);
  }

  async #break(how: 'cut' | 'reset' | 'stall'): Promise<never> {
    if (how === 'cut') this.#socket.end();
    if (how === 'reset') this.#socket.resetAndDestroy();
    if (how === 'stall' && !this.#closed.signal.aborted) {
      await new Promise((resolve) => this.#closed.signal.addEventListener('abort', resolve, { once: true }));
    }
    throw BROKEN;
  }

  async #startTls(): Promise<void> {
    this.#lines.detach();
    this.#user = '';
    const plain = this.#socket;
    const secure = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext(this.around.certificate) });
    this.#watch(secure);
    this.#socket = secure;
    this.#secure = true;
    this.#lines.attach(secure);
  }

  #note(from: 'client' | 'server', line: string, pipelined: boolean): void {
    this.around.log.add({ protocol: 'pop3', connection: this.around.connection, from, line, pipelined });
  }
}

function blanked(command: string, line: string): string {
  if (command === 'PASS') return 'PASS ***';
  return command === 'AUTH' ? line.replace(/^(\S+ \S+) .+$/, '$1 ***') : line;
}
