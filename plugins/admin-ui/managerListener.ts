// The manager's ports: HTTP on loopback, HTTPS with the server's certificate elsewhere. Open without a licence, to mend that.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { type Disposable, type Listener, type Logger, type OpenPort, SERVER_TLS, type Settings, sentenceOf } from '@postroom/sdk';
import type { Certificates } from '@postroom/sdk/services';
import type { FastifyInstance } from 'fastify';

interface ListenEntry {
  readonly host?: string;
  readonly port: number;
  readonly security: 'plain' | 'tls';
}

export interface ManagerListenerParts {
  readonly settings: Settings;
  readonly certificates: Certificates;
  readonly log: Logger;
  /** Called with the first request: until then nobody pays for it with time at the start, nor with memory. */
  readonly createApp: () => Promise<FastifyInstance>;
  /** After the ports are open. */
  readonly onOpen: (ports: readonly OpenPort[]) => void;
  /** Before they close: streams that would never end by themselves. */
  readonly onClose: () => void;
}

export class ManagerListener implements Listener {
  readonly name = 'Mail Server Manager';
  readonly withoutLicence = true;
  readonly #servers = new Set<Server | TlsServer>();
  readonly #sockets = new Set<Socket>();
  #app: Promise<FastifyInstance> | undefined;
  #renewal: Disposable | undefined;

  constructor(private readonly parts: ManagerListenerParts) {}

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
    const closed = [...this.#servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const server of this.#servers) {
      server.closeIdleConnections();
    }
    const late = setTimeout(() => this.#sockets.forEach((socket) => void socket.destroy()), graceMs);
    await Promise.all(closed);
    clearTimeout(late);
    this.#servers.clear();
    await this.#renewal?.dispose();
    const app = this.#app;
    this.#app = undefined;
    await app?.then(
      (made) => made.close(),
      () => undefined,
    );
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
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

  #open(entry: ListenEntry): Promise<OpenPort> {
    const { host, port, security } = entry;
    const server =
      security === 'tls'
        ? createTlsServer(this.#pem(), (request, response) => void this.#answer(request, response))
        : createServer((request, response) => void this.#answer(request, response));
    server.requestTimeout = 120_000;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    return new Promise((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        resolve({ protocol: 'http', host: host ?? '::', port, security, problem: problemSentence(error, host, port) });
      });
      server.listen({ port, ...(host !== undefined && { host }) }, () => {
        this.#servers.add(server);
        const bound = server.address() as AddressInfo;
        resolve({ protocol: 'http', host: bound.address, port: bound.port, security });
      });
    });
  }

  #pem(): SecureContextOptions {
    const { key, cert } = this.parts.certificates.pem;
    return { ...SERVER_TLS, key, cert };
  }
}

function problemSentence(error: NodeJS.ErrnoException, host: string | undefined, port: number): string {
  const where = `The manager's port ${port}${host === undefined ? '' : ` at ${host}`}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program, perhaps a second Postroom. Stop it, or set admin-ui.listen to another port.`;
    case 'EACCES':
      return `${where} needs a right that this process does not have. Set admin-ui.listen to a port above 1023.`;
    case 'EADDRNOTAVAIL':
      return `${where} could not be opened: no interface of this machine has the address. Correct "host" in admin-ui.listen.`;
    default:
      return `${where} could not be opened: ${error.message}. Check admin-ui.listen.`;
  }
}
