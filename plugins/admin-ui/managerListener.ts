// The manager's ports: HTTP on loopback, HTTPS with the server's certificate elsewhere. Open without a licence, to mend that.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import {
  BoundedLog,
  ConnectionGate,
  type ConnectionLimits,
  type Disposable,
  type Guest,
  type Logger,
  type OpenPort,
  openFiles,
  type PortListener,
  Refusals,
  SERVER_TLS,
  type Settings,
  sentenceOf,
} from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import { connectionName, ProxyHeaders } from '@postroom/sdk/network';
import type { Certificates, Clock } from '@postroom/sdk/services';
import type { FastifyInstance } from 'fastify';
import { portProblem } from './portProblem.js';
import { MANAGER_LIMITS } from './server/managerLimits.js';

interface ListenEntry {
  readonly host?: string;
  readonly port: number;
  readonly security: 'plain' | 'tls';
  /** Load balancers, as networks: each connection of theirs begins with a PROXY header. */
  readonly proxies?: readonly string[];
}

export interface ManagerListenerParts {
  readonly settings: Settings;
  readonly certificates: Certificates;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with the first request, so that an unused manager costs neither start time nor memory. */
  readonly createApp: () => Promise<FastifyInstance>;
  /** After the ports are open. */
  readonly onOpen: (ports: readonly OpenPort[]) => void;
  /** Before they close: streams that would never end by themselves. */
  readonly onClose: () => void;
}

/** One that was let in. */
interface Visitor {
  readonly guest: Guest;
  /** Requests that wait for their answers. */
  requests: number;
  /** Resolves when the answer to the last of them is out. */
  last: Promise<void>;
}

const BUSY = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export class ManagerListener implements PortListener {
  readonly name = 'Mail Server Manager';
  readonly withoutLicence = true;
  readonly #servers = new Set<Server | TlsServer>();
  readonly #sockets = new Set<Socket>();
  /** By the four numbers that name a TCP connection: TLS gives it another socket. */
  readonly #visitors = new Map<string, Visitor>();
  readonly #share = openFiles().share('http');
  readonly #gate = new ConnectionGate(this.#share);
  readonly #proxied: ProxyHeaders;
  readonly #refusals = new Refusals();
  readonly #complaints: BoundedLog;
  #app: Promise<FastifyInstance> | undefined;
  #renewal: Disposable | undefined;

  constructor(private readonly parts: ManagerListenerParts) {
    const { log, clock } = parts;
    this.#complaints = new BoundedLog(log, clock);
    this.#proxied = new ProxyHeaders({ name: this.name, setting: 'admin-ui.listen', log, clock, share: this.#share });
  }

  async start(): Promise<readonly OpenPort[]> {
    const { settings, certificates, onOpen } = this.parts;
    this.#renewal = certificates.onDidChange(() => {
      for (const server of this.#servers) {
        if ('setSecureContext' in server) {
          server.setSecureContext(this.#pem());
        }
      }
    });
    const ports = await Promise.all(settings.get<readonly ListenEntry[]>('admin-ui.listen').map((entry) => this.#open(entry)));
    onOpen(ports);
    return ports;
  }

  async stop(graceMs: number): Promise<void> {
    this.parts.onClose();
    this.#proxied.dispose();
    const closed = [...this.#servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const server of this.#servers) {
      server.closeIdleConnections();
    }
    const late = setTimeout(() => this.#sockets.forEach((socket) => void socket.destroy()), graceMs);
    await Promise.all(closed);
    clearTimeout(late);
    this.#servers.clear();
    this.#complaints.dispose();
    await this.#renewal?.dispose();
    const app = this.#app;
    this.#app = undefined;
    await app?.then(
      (made) => made.close(),
      () => undefined,
    );
  }

  /** Somebody has shown a login or a token on this connection: from now on no stranger takes its place. */
  known(socket: Socket): void {
    this.#visitors.get(connectionName(socket))?.guest.known();
  }

  /** Then it is not from this machine, whatever address it bears. */
  isBehindProxy(socket: Socket): boolean {
    return this.#proxied.isBehindProxy(socket);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What came in one piece with the request for which the connection was cut is read all the same.
    if (request.socket.destroyed) return;
    const visitor = this.#visitors.get(connectionName(request.socket));
    if (visitor !== undefined && !(await this.#admitRequest(visitor, request, response))) return;
    try {
      this.#app ??= this.parts.createApp();
      (await this.#app).routing(request, response);
    } catch (error) {
      // The next request tries again.
      this.#app = undefined;
      this.parts.log.error('The manager could not be started.', { error: sentenceOf(error) });
      response
        .writeHead(503, { 'content-type': 'text/plain', connection: 'close' })
        .end('The manager could not be started. The log says why.\n');
    }
  }

  /**
   * A client may send request behind request without reading an answer. They are worked on one after the other: an answer that waits behind another one
   * never hears that the connection has ended, and would keep for good what it holds. False where there will be no answer.
   */
  async #admitRequest(visitor: Visitor, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (visitor.requests >= MANAGER_LIMITS.pipelined) {
      request.socket.destroy();
      return false;
    }
    visitor.requests += 1;
    const { last } = visitor;
    visitor.last = new Promise((resolve) => {
      response.once('close', () => {
        visitor.requests -= 1;
        resolve();
      });
    });
    await last;
    return !request.socket.destroyed;
  }

  #open(entry: ListenEntry): Promise<OpenPort> {
    const { host, port, security } = entry;
    const missing = missingCertificate(this.parts.certificates, security);
    if (missing !== undefined) return Promise.resolve({ protocol: 'http', host: host ?? '::', port, security, problem: missing });
    const server = this.#createServer(security);
    this.#proxied.standBefore(server, entry.proxies);
    return new Promise((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        resolve({ protocol: 'http', host: host ?? '::', port, security, problem: portProblem(error, host, port) });
      });
      server.listen({ port, ...(host !== undefined && { host }) }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => this.#complaints.warn('port', `The manager's port ${port}: ${error.message}`));
        this.#servers.add(server);
        const bound = server.address() as AddressInfo;
        resolve({ protocol: 'http', host: bound.address, port: bound.port, security });
      });
    });
  }

  #createServer(security: ListenEntry['security']): Server | TlsServer {
    const options = {
      maxHeaderSize: MANAGER_LIMITS.header,
      headersTimeout: MANAGER_LIMITS.headerMs,
      requestTimeout: MANAGER_LIMITS.requestMs,
      keepAliveTimeout: MANAGER_LIMITS.headerMs,
      connectionsCheckingInterval: MANAGER_LIMITS.headerMs / 4,
    };
    const answer = (request: IncomingMessage, response: ServerResponse): void => void this.#answer(request, response);
    const server =
      security === 'tls'
        ? createTlsServer({ ...options, ...this.#pem(), handshakeTimeout: MANAGER_LIMITS.handshakeMs }, answer)
        : createServer(options, answer);
    // What does not move for so long: an idle connection ends, and one whose client does not read; a command may take its time.
    server.timeout = MANAGER_LIMITS.requestMs;
    server.on('timeout', (socket: Socket) => {
      const isAtWork = (this.#visitors.get(connectionName(socket))?.requests ?? 0) > 0 && socket.writableLength === 0;
      if (isAtWork) socket.setTimeout(MANAGER_LIMITS.requestMs);
      else socket.destroy();
    });
    // Its own way of taking connections comes behind ours.
    const taking = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (this.#admit(socket, security)) for (const take of taking) take.call(server, socket);
    });
    return server;
  }

  #admit(socket: Socket, security: ListenEntry['security']): boolean {
    const peer = socket.remoteAddress ?? '';
    const guest = this.#gate.admit(peer, this.#limits(), () => {
      this.#complaints.warn('made room', `Connection to the manager from ${peer} closed: too many are open.`, { peer });
      socket.destroy();
    });
    if (guest === undefined) {
      this.#complaints.warn('refused', `Connection to the manager from ${peer} refused: too many are open.`, { peer });
      this.#refusals.refuse(socket, security === 'tls' ? '' : BUSY);
      return false;
    }
    const name = connectionName(socket);
    this.#visitors.set(name, { guest, requests: 0, last: Promise.resolve() });
    this.#sockets.add(socket);
    socket.on('close', () => {
      guest.left();
      this.#visitors.delete(name);
      this.#sockets.delete(socket);
    });
    return true;
  }

  #limits(): ConnectionLimits {
    const connections = this.parts.settings.get<number>('admin-ui.limits.connections');
    const connectionsPerAddress = this.parts.settings.get<number>('admin-ui.limits.connectionsPerAddress');
    return { connections, connectionsPerAddress, connectionsBeforeLogin: connections, knownMakeRoom: true };
  }

  #pem(): SecureContextOptions {
    const { key, cert } = this.parts.certificates.pem;
    return { ...SERVER_TLS, key, cert };
  }
}
