// The practice ISP's SMTP server: takes connections and gives each to a session; everything that a client with a mailbox's password sends is kept.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { PortSecurity } from '../context.js';
import type { PracticeCertificate } from './certificate.js';
import { MOST_PRACTICE_CONNECTIONS } from './mostConnections.js';
import type { PracticeServerOptions } from './pop3Server.js';
import type { PracticeMailbox } from './practiceMailbox.js';
import { SmtpFaults } from './smtpFaults.js';
import { SmtpSession } from './smtpSession.js';
import type { ReceivedMail } from './smtpTransaction.js';
import type { WireLog } from './wireLog.js';

export class PracticeSmtpServer {
  readonly host = '127.0.0.1';
  readonly faults = new SmtpFaults();
  readonly security: PortSecurity;
  #server: Server | undefined;
  #port: number;
  #connections = 0;
  readonly #sockets = new Set<Socket>();

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
    const server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    server.maxConnections = MOST_PRACTICE_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: this.#port, host: this.host }, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Breaks every connection and frees the port. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    this.#connections += 1;
    const session = new SmtpSession(socket, {
      faults: this.faults,
      log: this.log,
      connection: this.#connections,
      security: this.security,
      certificate: this.certificate,
      find: this.find,
      receive: this.receive,
    });
    void session.run();
  }
}
