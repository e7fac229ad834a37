// The practice ISP's POP3 server: takes connections and gives each to a session.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { PortSecurity } from '../context.js';
import type { PracticeCertificate } from './certificate.js';
import { MOST_PRACTICE_CONNECTIONS } from './mostConnections.js';
import { Pop3Faults } from './pop3Faults.js';
import { Pop3Session } from './pop3Session.js';
import type { PracticeMailbox } from './practiceMailbox.js';
import type { WireLog } from './wireLog.js';

export interface PracticeServerOptions {
  /** Port on 127.0.0.1; 0 (default) takes a free one. */
  readonly port?: number;
  /** Default `plain`. */
  readonly security?: PortSecurity;
}

export class PracticePop3Server {
  readonly host = '127.0.0.1';
  readonly faults = new Pop3Faults();
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
  ) {
    this.#port = options.port ?? 0;
    this.security = options.security ?? 'plain';
  }

  get port(): number {
    return this.#port;
  }

  /** Sessions that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  async start(): Promise<void> {
    const server = this.security === 'tls' ? createTlsServer(this.certificate) : createServer();
    server.maxConnections = MOST_PRACTICE_CONNECTIONS;
    server.on('connection', (socket: Socket) => this.#keep(socket));
    server.on(this.security === 'tls' ? 'secureConnection' : 'connection', (socket: Socket) => this.#serve(socket));
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

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
  }

  #serve(socket: Socket): void {
    this.#connections += 1;
    const session = new Pop3Session(socket, {
      faults: this.faults,
      log: this.log,
      connection: this.#connections,
      starttls: this.security === 'starttls',
      certificate: this.certificate,
      find: this.find,
    });
    void session.run();
  }
}
