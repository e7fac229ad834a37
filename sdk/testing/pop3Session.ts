// One POP3 session with the practice ISP (RFC 1939, 2449, 2595, 5034): reads a command, does it, answers, with the faults in between.
import { Buffer } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { PracticeCertificate } from './certificate.js';
import type { Pop3Faults, Pop3Moment } from './pop3Faults.js';
import { type ArrivedLine, Pop3Lines } from './pop3Lines.js';
import { listing, Pop3Maildrop, type PracticeAnswer } from './pop3Maildrop.js';
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
  /** For APOP, `''` without. */
  readonly #timestamp: string;
  /** From the login on. */
  #maildrop: Pop3Maildrop | undefined;
  #secure: boolean;

  constructor(
    socket: Socket,
    private readonly around: Pop3Surroundings,
  ) {
    this.#socket = socket;
    this.#secure = socket instanceof TLSSocket;
    this.#timestamp = around.faults.hasApop ? `<${around.connection}.${Date.now()}@practice-isp.example>` : '';
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
    await this.#write(
      this.around.faults.takeAnswer('CONNECT', undefined) ??
        `+OK The practice ISP is ready${this.#timestamp === '' ? '' : ` ${this.#timestamp}`}`,
    );
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
    const answer: PracticeAnswer = scripted === undefined ? await this.#do(command, rest, words) : { line: scripted };
    await this.#breakAt(command, number, 'done');
    await this.#delay(line.at);
    await this.#answer(command, number, answer);
    await this.#breakAt(command, number, 'answered');
    if (command === 'STLS' && answer.line.startsWith('+OK')) await this.#startTls();
    return command !== 'QUIT';
  }

  async #do(command: string, rest: string, words: readonly string[]): Promise<PracticeAnswer> {
    if (command === 'QUIT') {
      this.#maildrop?.update();
      return { line: '+OK Good bye' };
    }
    if (command === 'CAPA' && this.#has('CAPA')) return { line: '+OK What the practice ISP can do', body: listing(this.#capabilities()) };
    return this.#maildrop?.answer(command, words) ?? this.#authorize(command, rest, words);
  }

  // AUTHORIZATION state

  async #authorize(command: string, rest: string, words: readonly string[]): Promise<PracticeAnswer> {
    switch (command) {
      case 'STLS':
        return this.#offersTls() ? { line: '+OK Begin TLS' } : { line: '-ERR No TLS here' };
      case 'USER':
        if (!this.#takes('USER')) return REFUSED;
        this.#user = rest;
        return { line: '+OK And the password?' };
      case 'PASS':
        return this.#logIn(this.#user, rest);
      case 'AUTH':
        return this.#authenticate(words);
      case 'APOP':
        return this.#takes('APOP') ? this.#checkDigest(words[0] ?? '', words[1] ?? '', hashOf(this.#timestamp)) : REFUSED;
      default:
        return { line: '-ERR Log in first' };
    }
  }

  #takes(way: string): boolean {
    const { faults } = this.around;
    if (faults.refused.has(way)) return false;
    if (way === 'USER') return this.#has('USER');
    return way === 'APOP' ? faults.hasApop : this.#has('SASL') && faults.mechanisms.includes(way);
  }

  async #authenticate([mechanism = '', initial]: readonly string[]): Promise<PracticeAnswer> {
    const name = mechanism.toUpperCase();
    if (!this.#takes(name)) return REFUSED;
    if (name === 'PLAIN') {
      const [, user = '', password = ''] = decoded(initial ?? (await this.#challenge(''))).split('\0');
      return this.#logIn(user, password);
    }
    if (name === 'LOGIN') {
      const user = decoded(await this.#challenge('Username:'));
      return this.#logIn(user, decoded(await this.#challenge('Password:')));
    }
    if (name !== 'CRAM-MD5') return { line: '-ERR [AUTH] No token, no mail' };
    const challenge = `<${this.around.connection}.${Date.now()}@practice-isp.example>`;
    const [user = '', digest = ''] = decoded(await this.#challenge(challenge)).split(' ');
    return this.#checkDigest(user, digest, (password) => createHmac('md5', password).update(challenge).digest('hex'));
  }

  async #challenge(text: string): Promise<string> {
    await this.#write(`+ ${Buffer.from(text).toString('base64')}`);
    const response = (await this.#lines.next())?.text ?? '*';
    this.#note('client', '***', false);
    return response;
  }

  #checkDigest(user: string, digest: string, of: (password: string) => string): PracticeAnswer {
    const mailbox = this.around.find(user);
    return mailbox !== undefined && of(mailbox.password) === digest ? this.#logIn(user, mailbox.password) : WRONG;
  }

  #logIn(user: string, password: string): PracticeAnswer {
    const mailbox = this.around.find(user);
    if (!mailbox || mailbox.password !== password) return WRONG;
    this.#maildrop = new Pop3Maildrop(mailbox, this.around.faults);
    return { line: `+OK ${this.#maildrop.count} messages` };
  }

  // The wire

  #capabilities(): readonly string[] {
    const offered = ['USER', 'TOP', 'UIDL', 'RESP-CODES', 'PIPELINING', 'SASL', ...(this.#offersTls() ? ['STLS'] : [])];
    const { mechanisms } = this.around.faults;
    return offered
      .filter((capability) => this.#has(capability) && (capability !== 'SASL' || mechanisms.length > 0))
      .map((capability) => (capability === 'SASL' ? `SASL ${mechanisms.join(' ')}` : capability));
  }

  #has(capability: string): boolean {
    return !(this.around.faults.without as ReadonlySet<string>).has(capability);
  }

  #offersTls(): boolean {
    return this.around.starttls && !this.#secure && this.#has('STLS');
  }

  async #answer(command: string, number: number | undefined, answer: PracticeAnswer): Promise<void> {
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

const WRONG: PracticeAnswer = { line: '-ERR [AUTH] Wrong user or password' };
const REFUSED: PracticeAnswer = { line: '-ERR This way to log in is not supported' };

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** RFC 1939 section 7. */
function hashOf(timestamp: string): (password: string) => string {
  return (password) => createHash('md5').update(`${timestamp}${password}`).digest('hex');
}

function blanked(command: string, line: string): string {
  if (command === 'PASS') return 'PASS ***';
  if (command === 'APOP') return line.replace(/^(\S+ \S+) .+$/, '$1 ***');
  return command === 'AUTH' ? line.replace(/^(\S+ \S+) .+$/, '$1 ***') : line;
}
