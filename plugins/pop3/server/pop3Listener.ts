// The POP3 ports: opened together, one tls.Server for all of them, each connection counted and owned here.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions, type TLSSocket, type Server as TlsServer } from 'node:tls';
import {
  BoundedLog,
  ConnectionGate,
  type Disposable,
  type OpenPort,
  openFiles,
  type PortListener,
  Refusals,
  SERVER_TLS,
  type Settings,
} from '@postroom/sdk';
import { missingCertificate } from '@postroom/sdk/base';
import { connectionName, networks, ProxyHeaders } from '@postroom/sdk/network';
import type { Certificates } from '@postroom/sdk/services';
import { type ConnectionServices, Pop3Connection } from './connection.js';
import { plainAddress } from './plainAddress.js';
import { portProblem } from './portProblem.js';
import { type ListenEntry, listenEntries, serverLimits } from './serverSettings.js';

const HANDSHAKE_MS = 30_000;
const KEY = 'pop3.plaintextNetworks';

export interface ListenerServices extends Omit<ConnectionServices, 'complaints'> {
  readonly settings: Settings;
  readonly certificates: Certificates;
}

export class Pop3Listener implements PortListener {
  readonly name = 'POP3';
  readonly #services: ListenerServices & ConnectionServices;
  readonly #servers = new Set<Server>();
  readonly #connections = new Map<Socket, Pop3Connection>();
  readonly #share = openFiles().share('pop3');
  readonly #gate = new ConnectionGate(this.#share);
  readonly #proxied: ProxyHeaders;
  readonly #refusals = new Refusals();
  /** Handshakes under way, by the four numbers that name a TCP connection. */
  readonly #handshakes = new Map<string, (secure: Socket | undefined) => void>();
  #tls: TlsServer | undefined;
  #renewal: Disposable | undefined;
  #isPlaintextNetwork: (address: string) => boolean = () => false;
  #whenEmpty: (() => void) | undefined;

  constructor(services: ListenerServices) {
    this.#services = { ...services, complaints: new BoundedLog(services.log, services.clock) };
    const { log, clock } = services;
    this.#proxied = new ProxyHeaders({ name: this.name, setting: 'pop3.listen', log, clock, share: this.#share });
  }

  async start(): Promise<readonly OpenPort[]> {
    const { settings, certificates } = this.#services;
    this.#isPlaintextNetwork = networks(settings.get<readonly string[]>(KEY), KEY);
    this.#tls = missingCertificate(certificates, 'tls') === undefined ? this.#createTls() : undefined;
    this.#renewal = certificates.onDidChange(() => this.#tls?.setSecureContext(this.#context()));
    return Promise.all(listenEntries(settings).map((entry) => this.#open(entry)));
  }

  async stop(graceMs: number): Promise<void> {
    const closed = [...this.#servers].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.#servers.clear();
    this.#proxied.dispose();
    for (const connection of this.#connections.values()) connection.finish();
    await this.#emptied(graceMs);
    for (const connection of this.#connections.values()) connection.cut();
    // Mailboxes are let go of before the store closes, so that another server has them at once; a store that hangs gets no more time than clients.
    await Promise.all([...closed, this.#emptied(graceMs)]);
    this.#services.complaints.dispose();
    await this.#renewal?.dispose();
    this.#renewal = undefined;
    this.#tls = undefined;
  }

  #open(entry: ListenEntry): Promise<OpenPort> {
    const missing = missingCertificate(this.#services.certificates, entry.security);
    if (missing !== undefined) {
      return Promise.resolve({ protocol: 'pop3', host: entry.host ?? '::', port: entry.port, security: entry.security, problem: missing });
    }
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#connected(socket, entry));
    this.#proxied.standBefore(server, entry.proxies);
    return new Promise((resolve) => {
      server.once('error', (error) => {
        const problem = portProblem(error, entry.host, entry.port);
        resolve({ protocol: 'pop3', host: entry.host ?? '::', port: entry.port, security: entry.security, problem });
      });
      server.listen({ port: entry.port, ...(entry.host === undefined ? {} : { host: entry.host }) }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => this.#services.log.error(`POP3 port ${entry.port}: ${error.message}`));
        this.#servers.add(server);
        const { address, port } = server.address() as AddressInfo;
        resolve({ protocol: 'pop3', host: address, port, security: entry.security });
      });
    });
  }

  #connected(socket: Socket, entry: ListenEntry): void {
    const peer = plainAddress(socket.remoteAddress ?? '');
    const limits = serverLimits(this.#services.settings);
    const guest = this.#gate.admit(peer, limits, () => this.#makeRoom(connection));
    if (guest === undefined) return this.#refuse(socket, peer, entry);
    const options = {
      peer,
      limits,
      offersTls: entry.security === 'starttls',
      trustsPlaintext: this.#isPlaintextNetwork(peer),
      secure: (plain: Socket) => this.#secure(plain),
      loggedIn: () => guest.known(),
      ended: () => this.#ended(socket),
    };
    const connection: Pop3Connection = new Pop3Connection(socket, options, this.#services);
    this.#connections.set(socket, connection);
    socket.on('close', () => guest.left());
    void connection.begin(entry.security === 'tls');
  }

  #ended(socket: Socket): void {
    this.#connections.delete(socket);
    if (this.#connections.size === 0) this.#whenEmpty?.();
  }

  #makeRoom(connection: Pop3Connection): void {
    const { peer } = connection;
    this.#services.complaints.warn('made room', `POP3 connection from ${peer} closed: too many wait without a login.`, { peer });
    connection.cut();
  }

  #refuse(socket: Socket, peer: string, entry: ListenEntry): void {
    this.#services.complaints.warn('refused', `POP3 connection from ${peer} refused: too many are open.`, { peer });
    this.#refusals.refuse(socket, entry.security === 'tls' ? '' : '-ERR [SYS/TEMP] Too many connections, try again later\r\n');
  }

  /** Resolves when no connection is left and no mailbox held, at the latest after `graceMs`. */
  #emptied(graceMs: number): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#services.clock.after(graceMs, () => resolve());
      this.#whenEmpty = () => {
        void timer.dispose();
        resolve();
      };
    });
  }

  #context(): SecureContextOptions {
    const { key, cert } = this.#services.certificates.pem;
    return { ...SERVER_TLS, key, cert };
  }

  /** Never listens: connections are handed to it, from the first octet or after STLS. No client certificate is asked for. */
  #createTls(): TlsServer {
    const server = createTlsServer({ ...this.#context(), handshakeTimeout: HANDSHAKE_MS, allowHalfOpen: true });
    server.on('secureConnection', (secure: TLSSocket) => {
      const waiting = this.#handshakes.get(connectionName(secure));
      if (waiting === undefined) secure.destroy();
      else waiting(secure);
    });
    server.on('tlsClientError', (error, secure) => {
      this.#services.log.debug(`TLS handshake of a POP3 client failed: ${error.message}`);
      secure.destroy();
    });
    return server;
  }

  #secure(plain: Socket): Promise<Socket | undefined> {
    const tls = this.#tls;
    if (tls === undefined || plain.destroyed) return Promise.resolve(undefined);
    const name = connectionName(plain);
    return new Promise((resolve) => {
      const done = (secure: Socket | undefined): void => {
        if (this.#handshakes.get(name) === done) this.#handshakes.delete(name);
        resolve(secure);
      };
      this.#handshakes.set(name, done);
      plain.once('close', () => done(undefined));
      tls.emit('connection', plain);
    });
  }
}
