// The practice ISP's SMTP server: takes everything that a client with a mailbox's password sends, and keeps it for assertions.
import { Buffer } from 'node:buffer';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { PortSecurity } from '../context.js';
import type { PracticeCertificate } from './certificate.js';
import type { PracticeServerOptions } from './pop3Server.js';
import type { PracticeMailbox } from './practiceMailbox.js';
import { SmtpFaults, type SmtpStep } from './smtpFaults.js';
import type { WireLog } from './wireLog.js';

/** A message that a client sent out through the practice ISP. */
export interface ReceivedMail {
  /** Reverse-path; '' is the null sender. */
  readonly from: string;
  /** Recipients that were accepted, in the order of RCPT. */
  readonly recipients: readonly string[];
  /** What DATA brought, dot-stuffing removed. */
  readonly octets: Buffer;
  readonly at: Date;
  /** Who logged in, `undefined` without AUTH. */
  readonly user: string | undefined;
  /** The connection was TLS. */
  readonly secure: boolean;
  /** Parameters of MAIL, keys in capitals: SIZE, BODY, RET, ENVID. */
  readonly parameters: Readonly<Record<string, string | true>>;
  /** Parameters of RCPT by recipient: NOTIFY, ORCPT. */
  readonly recipientParameters: Readonly<Record<string, Readonly<Record<string, string | true>>>>;
}

type Callback = (error?: Error | null) => void;

export class PracticeSmtpServer {
  readonly host = '127.0.0.1';
  readonly faults = new SmtpFaults();
  readonly security: PortSecurity;
  #server: SMTPServer | undefined;
  #port: number;
  readonly #connections = new Map<string, number>();
  /** By remote port: the library hands handlers a session, not its socket. */
  readonly #sockets = new Map<number, Socket>();

  constructor(
    options: PracticeServerOptions,
    private readonly certificate: PracticeCertificate,
    private readonly log: WireLog,
    private readonly find: (user: string) => PracticeMailbox | undefined,
    private readonly receive: (mail: ReceivedMail) => void,
  ) {
    this.#port = options.port ?? 0;
    this.security = options.security ?? 'plain';
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  async start(): Promise<void> {
    const server = new SMTPServer(this.#options());
    server.on('error', () => undefined);
    server.server.on('connection', (socket: Socket) => {
      const port = socket.remotePort ?? 0;
      this.#sockets.set(port, socket);
      socket.on('close', () => this.#sockets.delete(port));
    });
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.listen(this.#port, this.host, resolve);
    });
    this.#port = (server.server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Breaks every connection and frees the port. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }

  #options(): SMTPServerOptions {
    return {
      ...(this.certificate.key === '' ? { hideSTARTTLS: true } : this.certificate),
      name: 'practice-isp.example',
      banner: 'The practice ISP is ready',
      secure: this.security === 'tls',
      authMethods: ['PLAIN', 'LOGIN'],
      allowInsecureAuth: true,
      disableReverseLookup: true,
      hideDSN: false,
      socketTimeout: 10 * 60_000,
      closeTimeout: 1_000,
      logger: this.#wire(),
      onConnect: (session, callback) => {
        session.disabledCommands = this.#disabled();
        this.#step('CONNECT', session, undefined, callback);
      },
      onAuth: (auth, session, callback) => {
        const mailbox = this.find(auth.username ?? '');
        const good = mailbox !== undefined && mailbox.password === auth.password;
        this.#step('AUTH', session, undefined, (error) => {
          if (error) callback(error);
          else if (good) callback(undefined, { user: mailbox.user });
          else callback(refusal(535, '5.7.8 Wrong user or password'));
        });
      },
      onMailFrom: (address, session, callback) => this.#step('MAIL', session, address.address, callback),
      onRcptTo: (address, session, callback) => this.#step('RCPT', session, address.address, callback),
      onData: (stream, session, callback) => void this.#data(stream, session, callback),
    };
  }

  #disabled(): string[] {
    const noTls = this.security !== 'starttls' || this.faults.withoutStarttls;
    return [...(noTls ? ['STARTTLS'] : []), ...(this.faults.withoutAuth ? ['AUTH'] : [])];
  }

  #step(step: SmtpStep, session: SMTPServerSession, address: string | undefined, callback: Callback): void {
    const how = this.faults.takeBreak(step);
    if (how) {
      // The library waits for ever for a callback that does not come: that is the stall.
      const socket = this.#sockets.get(session.remotePort);
      if (how === 'cut') socket?.end();
      if (how === 'reset') socket?.resetAndDestroy();
      return;
    }
    const answer = this.faults.takeAnswer(step, address);
    callback(answer ? refusal(answer.code, answer.text) : undefined);
  }

  async #data(stream: SMTPServerDataStream, session: SMTPServerSession, callback: Callback): Promise<void> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of stream) pieces.push(piece as Buffer);
    } catch (error) {
      // The client went away in the middle: nothing was received.
      callback(error as Error);
      return;
    }
    const answer = this.faults.takeAnswer('DATA');
    if (answer) {
      callback(refusal(answer.code, answer.text));
      return;
    }
    this.receive(received(session, Buffer.concat(pieces)));
    this.#step('DATA', session, undefined, callback);
  }

  /** The library's log, of which the lines on the wire are kept; it blanks passwords itself. */
  #wire(): NonNullable<SMTPServerOptions['logger']> {
    const ignore = (): void => undefined;
    const debug = (fields: { readonly tnx?: string; readonly cid?: string }, ...words: readonly unknown[]): void => {
      if (fields.tnx !== 'command' && fields.tnx !== 'send') return;
      const connection = this.#numberOf(fields.cid ?? '');
      const line = typeof words[1] === 'string' ? (words[1].split('\r\n', 1)[0] ?? '') : '';
      this.log.add({ protocol: 'smtp', connection, from: fields.tnx === 'command' ? 'client' : 'server', line, pipelined: false });
    };
    return { trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore } as never;
  }

  #numberOf(connectionId: string): number {
    const number = this.#connections.get(connectionId) ?? this.#connections.size + 1;
    this.#connections.set(connectionId, number);
    return number;
  }
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

function received(session: SMTPServerSession, octets: Buffer): ReceivedMail {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom ? mailFrom.address : '',
    recipients: rcptTo.map((recipient) => recipient.address),
    octets,
    at: new Date(),
    user: typeof session.user === 'string' ? session.user : undefined,
    secure: session.secure,
    parameters: mailFrom ? parametersOf(mailFrom) : {},
    recipientParameters: Object.fromEntries(rcptTo.map((recipient) => [recipient.address, parametersOf(recipient)])),
  };
}

function parametersOf(address: SMTPServerAddress): Readonly<Record<string, string | true>> {
  return address.args === false ? {} : { ...address.args };
}
