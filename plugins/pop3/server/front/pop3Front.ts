// What speaks POP3, on the main thread and in each door alike: owns its connections, and asks the desk who may come in.
import { createServer, type Server, type Socket } from 'node:net';
import { type ConnectionShare, Refusals } from '@postroom/sdk';
import { ProxyHeaders } from '@postroom/sdk/network';
import type { Clock } from '@postroom/sdk/services';
import type { Pop3Desk, Visit } from '../pop3Desk.js';
import type { ListenEntry } from '../serverSettings.js';
import { type ConnectionServices, Pop3Connection } from './connection.js';
import { Handshakes, type KeyAndCertificate } from './handshakes.js';
import { ReadAheadBudget } from './messageReader.js';
import { plainAddress } from './plainAddress.js';
import { Slabs } from './slabs.js';

/** Options of the servers that take its connections. */
export const POP3_SOCKETS = { allowHalfOpen: true, noDelay: true } as const;

export interface FrontParts {
  readonly desk: Pop3Desk;
  readonly clock: Clock;
  /** What connections whose PROXY header has not come may take of the descriptors of the process. */
  readonly share: ConnectionShare;
  /** Octets that all its sessions together may hold ready. */
  readonly readAheadOctets: number;
}

export class Pop3Front {
  readonly #desk: Pop3Desk;
  readonly #clock: Clock;
  readonly #services: ConnectionServices;
  readonly #connections = new Map<Socket, Pop3Connection>();
  /** Sockets whose clients have not been let in yet. */
  readonly #waiting = new Set<Socket>();
  readonly #proxied: ProxyHeaders;
  readonly #refusals = new Refusals();
  #handshakes: Handshakes | undefined;
  #isEnding = false;
  readonly #whenEmpty = new Set<() => void>();

  constructor({ desk, clock, share, readAheadOctets }: FrontParts) {
    const { log, complaints } = desk;
    this.#desk = desk;
    this.#clock = clock;
    this.#services = { log, complaints, clock, readAhead: new ReadAheadBudget(readAheadOctets), slabs: new Slabs() };
    this.#proxied = new ProxyHeaders({ name: 'POP3', setting: 'pop3.listen', log, clock, share });
  }

  /** Before it serves. Without a certificate it has no TLS. */
  start(certificate: KeyAndCertificate | undefined): void {
    this.#isEnding = false;
    this.#handshakes = certificate === undefined ? undefined : new Handshakes(certificate, this.#desk.log);
  }

  /** New connections see this certificate, where there was one before. */
  renew(certificate: KeyAndCertificate): void {
    this.#handshakes?.renew(certificate);
  }

  /** A server that does not listen yet: what it emits as `connection` is served as the entry of the settings says. */
  serve(entry: ListenEntry): Server {
    const server = createServer(POP3_SOCKETS, (socket) => void this.#connected(socket, entry));
    this.#proxied.standBefore(server, entry.proxies);
    return server;
  }

  /** When its servers are closed: idle sessions end, commands in flight may end within `graceMs`. A desk that hangs gets no more time than clients. */
  async end(graceMs: number): Promise<void> {
    this.#isEnding = true;
    this.#proxied.dispose();
    for (const socket of this.#waiting) socket.destroy();
    for (const connection of this.#connections.values()) connection.finish();
    await this.emptied(graceMs);
    for (const connection of this.#connections.values()) connection.cut();
    await this.emptied(graceMs);
    this.#handshakes = undefined;
  }

  /** Resolves when no connection is left and no mailbox of theirs held, at the latest after `ms`. */
  emptied(ms: number): Promise<void> {
    if (this.#isEmpty || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#whenEmpty.delete(done);
        void timer.dispose();
        resolve();
      };
      const timer = this.#clock.after(ms, done);
      this.#whenEmpty.add(done);
    });
  }

  /** Without a turn of the event loop where the desk answers at once. */
  async #connected(socket: Socket, entry: ListenEntry): Promise<void> {
    const peer = plainAddress(socket.remoteAddress ?? '');
    const answer = this.#desk.admit(peer, () => socket.destroy());
    if (!(answer instanceof Promise)) return this.#begin(socket, peer, entry, answer);
    this.#waiting.add(socket);
    socket.on('error', () => undefined);
    const visit = await answer.catch(() => undefined);
    this.#waiting.delete(socket);
    if (socket.destroyed || this.#isEnding) {
      socket.destroy();
      visit?.left();
    } else this.#begin(socket, peer, entry, visit);
    this.#tellIfEmpty();
  }

  #begin(socket: Socket, peer: string, entry: ListenEntry, visit: Visit | undefined): void {
    if (visit === undefined) {
      return this.#refusals.refuse(socket, entry.security === 'tls' ? '' : '-ERR [SYS/TEMP] Too many connections, try again later\r\n');
    }
    const options = {
      peer,
      visit,
      offersTls: entry.security === 'starttls',
      secure: (plain: Socket) => this.#handshakes?.secure(plain) ?? Promise.resolve(undefined),
      ended: () => this.#ended(socket),
    };
    const connection = new Pop3Connection(socket, options, this.#services);
    this.#connections.set(socket, connection);
    socket.on('close', () => visit.left());
    void connection.begin(entry.security === 'tls');
  }

  get #isEmpty(): boolean {
    return this.#connections.size + this.#waiting.size === 0;
  }

  #ended(socket: Socket): void {
    this.#connections.delete(socket);
    this.#tellIfEmpty();
  }

  #tellIfEmpty(): void {
    if (!this.#isEmpty) return;
    for (const done of [...this.#whenEmpty]) done();
  }
}
