// One SMTP session with an ISP: nodemailer's connection, as promises that always settle.
import { X509Certificate } from 'node:crypto';
import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Envelope, SentMessageInfo } from 'nodemailer/lib/smtp-connection';
import { type Extensions, readExtensions } from './extensions.js';
import { IspConnection, type RefusedRecipient } from './ispConnection.js';
import { type IspServer, SetupProblem } from './ispSettings.js';
import type { KnownMechanisms } from './login/knownMechanisms.js';
import { RelayLoginAttempt, tlsDemand } from './login/loginAttempt.js';
import { SASL_HANDLERS } from './login/saslHandlers.js';
import { mechanismsIn } from './login/waysToLogIn.js';
import { isSuccess } from './replyLines.js';
import { errorWithoutSecrets, secretsOf, type TranscriptWriter, transcriptLogger } from './transcript.js';

/** RFC 5321 section 4.5.3.2: the greeting may take 5 minutes. The answer to the final dot may take 10: the settings' limit, for every step. */
const GREETING_MS = 5 * 60_000;
const CONNECT_MS = 60_000;
const GOODBYE_MS = 5_000;

export class IspSession {
  readonly #connection: IspConnection;
  #extensions: Extensions = readExtensions('');
  #transactions = 0;

  private constructor(
    private readonly server: IspServer,
    transcript: TranscriptWriter | undefined,
  ) {
    const greetingTimeout = Math.min(GREETING_MS, server.patienceMs);
    this.#connection = new IspConnection({
      name: server.clientName,
      host: server.host,
      port: server.port,
      secure: server.security === 'tls',
      requireTLS: server.security === 'starttls',
      ignoreTLS: server.security === 'plain',
      connectionTimeout: Math.min(CONNECT_MS, server.patienceMs) + greetingTimeout,
      greetingTimeout,
      socketTimeout: server.patienceMs,
      socketCloseTimeout: GOODBYE_MS,
      customAuth: SASL_HANDLERS,
      // The name in the certificate is checked against the settings, never against what DNS says. A pin takes the place of all checks.
      tls: { minVersion: 'TLSv1.2', rejectUnauthorized: server.pin === undefined },
      ...(transcript ? { logger: transcriptLogger(transcript, secretsOf(server)), transactionLog: true } : {}),
    });
    // Every step listens for itself; this one keeps an error between two steps from being an uncaught one.
    this.#connection.on('error', () => undefined);
  }

  /**
   * Connects, encrypts and logs in, by one way after the other; once more where the server hangs up behind a refusal. Rejects with nodemailer's error,
   * or a SetupProblem.
   */
  static async open(server: IspServer, known: KnownMechanisms, signal: AbortSignal, transcript?: TranscriptWriter): Promise<IspSession> {
    const attempt = new RelayLoginAttempt(server, known);
    try {
      return await IspSession.#connect(server, attempt, signal, transcript);
    } catch (error) {
      if (!attempt.isUnfinished || signal.aborted) throw error;
    }
    try {
      return await IspSession.#connect(server, attempt, signal, transcript);
    } catch (error) {
      throw attempt.isUnfinished && !signal.aborted ? attempt.failure() : error;
    }
  }

  static async #connect(
    server: IspServer,
    attempt: RelayLoginAttempt,
    signal: AbortSignal,
    transcript?: TranscriptWriter,
  ): Promise<IspSession> {
    const session = new IspSession(server, transcript);
    try {
      await session.#step<void>(signal, (done) => session.#connection.connect((error) => done(error)));
      session.#extensions = readExtensions(session.#connection.lastServerResponse || '');
      session.#checkPin();
      await session.#logIn(attempt, signal);
      return session;
    } catch (error) {
      session.close();
      throw tlsProblem(server, error) ?? error;
    }
  }

  get extensions(): Extensions {
    return this.#extensions;
  }

  /** False once the connection is over. */
  get isOpen(): boolean {
    return !this.#connection.destroyed;
  }

  /** Transactions that were begun. */
  get transactions(): number {
    return this.#transactions;
  }

  /** Sends one transaction. `content` is read once; an error in it ends the connection without the final dot, so nothing is sent. */
  async send(envelope: Envelope, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<SentMessageInfo> {
    const source = Readable.from(content, { objectMode: false });
    this.#transactions++;
    try {
      return await this.#step<SentMessageInfo>(signal, (done) => this.#connection.send(envelope, source, done));
    } catch (error) {
      if (source.errored) {
        this.close();
      }
      throw tlsDemand(this.server, error) ?? error;
    } finally {
      source.destroy();
    }
  }

  /** Recipients of the transaction under way that the ISP has accepted. */
  get accepted(): readonly string[] {
    return this.#connection.accepted;
  }

  /** Recipients of the transaction under way that the ISP has refused. */
  get refused(): readonly RefusedRecipient[] {
    return this.#connection.refused;
  }

  /** Whether the commands of an envelope are sent together. */
  get pipelines(): boolean {
    return this.#connection.pipelines;
  }

  /** One command at a time from here on. */
  forgetPipelining(): void {
    this.#connection.forgetPipelining();
  }

  /** RSET: forgets a transaction that failed. */
  async reset(signal: AbortSignal): Promise<void> {
    await this.#step<boolean>(signal, (done) => this.#connection.reset(done));
    const answer = this.#connection.lastServerResponse || '';
    if (!isSuccess(answer)) throw new Error(`${this.server.host} answered RSET with "${answer}".`);
  }

  /** Says QUIT and does not care for the answer: what was accepted stays accepted. */
  quit(): void {
    if (this.isOpen) {
      this.#connection.quit();
      setTimeout(() => this.close(), GOODBYE_MS).unref();
    }
  }

  close(): void {
    this.#connection.close();
  }

  /** Runs one step of the library, which reports some failures by its callback and others by events. */
  #step<T>(signal: AbortSignal, run: (done: (error?: Error | null, result?: T) => void) => void): Promise<T> {
    const connection = this.#connection;
    return new Promise<T>((resolve, reject) => {
      const settle = (error?: Error | null, result?: T): void => {
        connection.off('error', settle);
        connection.off('end', ended);
        signal.removeEventListener('abort', aborted);
        if (error) {
          reject(error);
        } else {
          resolve(result as T);
        }
      };
      // The library emits `end` before it hands the error of the same closing over.
      const ended = (): void => void setImmediate(() => settle(new Error(`${this.server.host} closed the connection.`)));
      const aborted = (): void => {
        settle(new Error(`Time is up, or the server stops: the connection to ${this.server.host} was closed.`));
        connection.close();
      };
      connection.on('error', settle);
      connection.on('end', ended);
      signal.addEventListener('abort', aborted);
      if (signal.aborted) {
        aborted();
      } else {
        run(settle);
      }
    });
  }

  #checkPin(): void {
    const { host, pin, security } = this.server;
    if (pin === undefined || security === 'plain') {
      return;
    }
    const socket = this.#connection._socket;
    const raw = socket instanceof TLSSocket ? socket.getPeerCertificate().raw : undefined;
    const shown = raw ? new X509Certificate(raw).fingerprint256.replaceAll(':', '').toLowerCase() : 'none';
    if (shown !== pin) {
      throw new SetupProblem(`${host} shows another certificate (SHA-256 ${shown}) than "smtp.tls.pin" allows. Nothing was sent.`);
    }
  }

  async #logIn(attempt: RelayLoginAttempt, signal: AbortSignal): Promise<void> {
    const { login } = this.server;
    if (!login) {
      return;
    }
    // The answer to HELO announces nothing.
    const offered = mechanismsIn(this.#connection.lastServerResponse || '') ?? (this.#connection.allowsAuth ? [] : undefined);
    await attempt.run({ mechanisms: offered, hasTls: this.#extensions.names.has('STARTTLS') }, async (mechanism) => {
      try {
        await this.#step<boolean>(signal, (done) =>
          this.#connection.login({ user: login.user, pass: login.password, method: mechanism }, done),
        );
      } catch (error) {
        throw errorWithoutSecrets(error, secretsOf(this.server));
      }
    });
  }
}

/** What Node and OpenSSL say of certificates, of a server that speaks no TLS where it was expected, and of one with an old version. */
const TLS_TROUBLE =
  /^(?:EPROTO|CERT_|ERR_TLS_CERT|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERROR_IN_CERT)|NO_PROTOCOLS/;

/** `80B1...:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/...c:350:`: the words in it are what helps. */
const OPENSSL_LINE = /[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):[^\n]*\n?/;

function tlsProblem({ host, port }: IspServer, error: unknown): SetupProblem | undefined {
  // nodemailer keeps the system's code here.
  const { originalCode = '', message: said } = error as Error & { originalCode?: string };
  if (!TLS_TROUBLE.test(originalCode)) {
    return undefined;
  }
  const message = said.replace(OPENSSL_LINE, '$1');
  return new SetupProblem(
    /^(?:EPROTO|ERR_SSL_)/.test(originalCode)
      ? `No TLS with ${host}, port ${port}: ${message}. Check "smtp.port" and "smtp.security". Nothing was sent.`
      : `The certificate of ${host} is not trusted: ${message}. Nothing was sent. Check "smtp.host"; if the ISP confirms the certificate, set "smtp.tls.pin".`,
  );
}
