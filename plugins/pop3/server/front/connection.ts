// One client's connection: octets in, command after command to the session, answers out in as few writes as there is room for.
import type { Socket } from 'node:net';
import { sentenceOf } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { LoginAnswer, Pop3Login, Visit } from '../pop3Desk.js';
import { COMMAND_LIMIT, CommandLines, RESPONSE_LIMIT } from './commandLines.js';
import { Deadline } from './deadline.js';
import { execute } from './dispatch.js';
import { ReplyWriter } from './replyWriter.js';
import { type Pop3SessionParts, Session, type SessionLine } from './session.js';
import type { Slabs } from './slabs.js';

/** Commands that wait while one is carried out; beyond it the client is not read on. */
const QUEUE_OCTETS = 64 * 1024;
/** Most messages asked for ahead that one look at the queue finds. */
const MOST_UPCOMING = 64;
/** After the last octet was sent: how long the client may take to close its side, so that no reset eats the answer. */
const LINGER_MS = 2_000;

export interface ConnectionServices extends Pop3SessionParts {
  readonly clock: Clock;
  readonly slabs: Slabs;
}

/** What the port says about a connection. */
export interface ConnectionOptions {
  /** Remote IP address. */
  readonly peer: string;
  readonly visit: Visit;
  /** STLS is offered. */
  readonly offersTls: boolean;
  /** Called when the connection is closed, its last command done and its mailbox let go of; more than once at times. */
  ended(): void;
  /** Starts TLS on the socket; answers the secure one, or `undefined` after a failed handshake (the socket is closed then). */
  secure(socket: Socket): Promise<Socket | undefined>;
}

export class Pop3Connection implements SessionLine {
  readonly #options: ConnectionOptions;
  readonly #services: ConnectionServices;
  readonly #lines = new CommandLines();
  readonly #deadline: Deadline;
  #socket: Socket;
  #out: ReplyWriter;
  #session: Session;
  #isSecure = false;
  #isLoggedIn = false;
  #isRunning = false;
  #isUpgrading = false;
  #isClosing = false;
  #isFinishing = false;
  #inputEnded = false;

  constructor(socket: Socket, options: ConnectionOptions, services: ConnectionServices) {
    this.#options = options;
    this.#services = services;
    this.#socket = socket;
    this.#out = new ReplyWriter(socket, services.slabs);
    this.#session = new Session(this, services);
    this.#deadline = new Deadline(services.clock, () => this.#timedOut());
    this.#deadline.set(options.visit.terms.loginMs);
    socket.setNoDelay(true);
    // What goes wrong with a socket ends in 'close', which does the work.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!this.#isSecure) this.#closed();
    });
  }

  get out(): ReplyWriter {
    return this.#out;
  }

  get peer(): string {
    return this.#options.peer;
  }

  get mayLogIn(): boolean {
    return this.#isSecure || this.#options.visit.terms.trustsPlaintext;
  }

  get mayStartTls(): boolean {
    return this.#options.offersTls && !this.#isSecure;
  }

  get badCommandLimit(): number {
    return this.#options.visit.terms.badCommands;
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  upcoming(): readonly number[] {
    return this.#lines.upcoming(MOST_UPCOMING);
  }

  /** Greets; on a port with TLS from the first octet the handshake comes before. */
  async begin(tlsFirst: boolean): Promise<void> {
    if (tlsFirst) {
      if (!(await this.#secure())) return;
    } else {
      this.#listen();
    }
    this.#session.greet();
    this.#out.flush();
  }

  touch(): void {
    if (this.#isLoggedIn) this.#deadline.set(this.#options.visit.terms.idleMs);
  }

  logIn(login: Pop3Login): Promise<LoginAnswer> {
    return this.#options.visit.logIn(login);
  }

  loggedIn(): void {
    this.#isLoggedIn = true;
    this.#out.loggedIn();
    this.touch();
  }

  /** Octets that came in clear text behind STLS would run as if they had come in TLS: such a client is cut off (RFC 2595 section 4; CVE-2011-0411). */
  async startTls(): Promise<void> {
    if (this.#lines.length > 0) {
      const { peer } = this;
      this.#services.complaints.warn('behind STLS', `POP3 client ${peer} sent octets behind STLS; the connection was closed.`, { peer });
      return this.cut();
    }
    this.#isUpgrading = true;
    const plain = this.#socket;
    plain.pause();
    plain.removeAllListeners('data').removeAllListeners('end');
    this.#session.ok('Begin TLS');
    this.#out.flush();
    await new Promise<void>((resolve) => plain.write('', () => resolve()));
    if (!(await this.#secure())) return;
    // Nothing that was said in clear text counts any longer (RFC 2595 section 4).
    this.#session = new Session(this, this.#services);
    this.#isUpgrading = false;
  }

  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#lines.clear();
    this.#out.flush();
    this.#deadline.set(this.#options.visit.terms.idleMs);
    this.#socket.once('finish', () => this.#deadline.set(LINGER_MS));
    this.#socket.end();
    this.#socket.resume();
  }

  cut(): void {
    this.#socket.destroy();
  }

  /** Ends the connection as soon as the command in flight is done. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#isUpgrading) this.cut();
    else if (!this.#isRunning) this.close();
  }

  async #secure(): Promise<boolean> {
    const secure = await this.#options.secure(this.#socket);
    if (secure === undefined) return false;
    this.#isSecure = true;
    this.#socket = secure;
    this.#out = new ReplyWriter(secure, this.#services.slabs);
    secure.on('error', () => {});
    secure.on('close', () => this.#closed());
    if (secure.destroyed) {
      this.#closed();
      return false;
    }
    this.#listen();
    return true;
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => this.#received(chunk));
    this.#socket.on('end', () => {
      this.#inputEnded = true;
      if (!this.#isRunning) this.close();
    });
  }

  #received(chunk: Buffer): void {
    if (this.#isClosing) return;
    this.#lines.push(chunk);
    if (this.#lines.length > QUEUE_OCTETS) this.#socket.pause();
    if (!this.#isRunning) void this.#run();
  }

  /** Carries out what has come in. One write answers all of it, unless a command has to wait for something. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (!this.#isClosing && !this.isClosed && !this.#isFinishing) {
        const line = this.#lines.next(this.#session.onResponse === undefined ? COMMAND_LIMIT : RESPONSE_LIMIT);
        if (line === undefined) {
          if (this.#lines.isEndless) this.#session.refuseEndless();
          break;
        }
        this.touch();
        const pending = execute(this.#session, line);
        if (pending !== undefined) {
          this.#out.flush();
          await pending;
          this.touch();
        }
        if (this.#out.isBackedUp) {
          await this.#out.drained();
          this.touch();
        }
      }
      this.#out.flush();
      this.#session.transaction?.reportPicked();
    } catch (error) {
      this.#services.log.error(`POP3 session of ${this.peer} failed: ${sentenceOf(error)}`, { peer: this.peer, error });
      this.cut();
    } finally {
      this.#isRunning = false;
      this.#ran();
    }
  }

  #ran(): void {
    if (this.isClosed) void this.#end();
    else if (this.#inputEnded || this.#isFinishing) this.close();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #timedOut(): void {
    this.#services.log.debug(`POP3 connection of ${this.peer} timed out.`, { peer: this.peer });
    // No answer, nothing deleted (RFC 1939 section 3). With octets still unsent a polite end would wait for ever.
    if (this.#isClosing || this.#isRunning || this.#isUpgrading || this.#socket.writableLength > 0) this.cut();
    else this.close();
  }

  #closed(): void {
    this.#deadline.end();
    if (!this.#isRunning) void this.#end();
  }

  async #end(): Promise<void> {
    await this.#session.end();
    this.#options.ended();
  }
}
