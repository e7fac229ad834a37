// Stands between a port and its server: who comes from a load balancer has to say first who the client is (PROXY protocol); everybody else
// is handed on as they come. Whether a header is looked for is decided by the address alone: it is never sought in what a client sends.
import type { Server, Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ConnectionGate } from '../../connections.js';
import type { Logger } from '../../context.js';
import type { Disposable } from '../../disposable.js';
import type { ConnectionShare } from '../../openFiles.js';
import type { Clock } from '../../services/running.js';
import { bearAddress, type ClientAddress, connectionName } from '../connectionName.js';
import { networks } from '../networks.js';
import { readProxyHeader } from './proxyHeader.js';

/** For a whole header. A balancer sends it with its first octets. */
export const HEADER_MS = 5_000;
/** Connections whose header has not come: with one more, the one that has waited longest goes. */
export const MOST_WITHOUT_HEADER = 256;
/** Addresses whose connections were closed for want of a header, each of which the log names once. */
const MOST_TOLD = 1_000;

export interface ProxyHeadersParts {
  /** Of the protocol, for people: `POP3`. */
  readonly name: string;
  /** The setting whose entries may have `proxies`. */
  readonly setting: string;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
  /** What its connections may take of the descriptors of the process: those that wait for their header are within it. */
  readonly share?: ConnectionShare;
}

/** One for all ports of a protocol. */
export class ProxyHeaders implements Disposable {
  readonly #gate: ConnectionGate;
  readonly #waiting = new Set<Socket>();
  /** Sockets of connections that came through a proxy. */
  readonly #behind = new WeakSet<Socket>();
  /** Those whose TLS handshake is under way, by `connectionName`. */
  readonly #handshakes = new Map<string, ClientAddress | undefined>();
  readonly #told = new Set<string>();

  constructor(private readonly parts: ProxyHeadersParts) {
    this.#gate = new ConnectionGate(parts.share);
  }

  /**
   * Puts itself before a server's own way of taking connections, behind which sockets bear the client's address, those of TLS as well. `proxies`: addresses and
   * networks as in settings; none changes nothing. Throws `settings/invalid`.
   */
  standBefore(server: Server, proxies: readonly string[] = []): void {
    if (proxies.length === 0) return;
    const isProxy = networks(proxies, `${this.parts.setting} (proxies)`);
    const taking = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    const take = (socket: Socket): void => {
      for (const each of taking) each.call(server, socket);
    };
    const isTls = 'setSecureContext' in server;
    server.on('connection', (socket: Socket) => {
      if (!isProxy(socket.remoteAddress ?? '')) return take(socket);
      this.#await(socket, (client) => {
        if (isTls) this.#beginHandshake(socket, client);
        take(socket);
      });
    });
    if (isTls) server.prependListener('secureConnection', (secure: Socket) => this.#endHandshake(secure));
  }

  /** Whether it came through a proxy, whatever address it bears. */
  isBehindProxy(socket: Socket): boolean {
    return this.#behind.has(socket);
  }

  /** Closes the connections whose header has not come. */
  dispose(): void {
    this.#told.clear();
    for (const socket of this.#waiting) socket.destroy();
  }

  #await(socket: Socket, take: (client: ClientAddress | undefined) => void): void {
    const proxy = socket.remoteAddress ?? '';
    const most = MOST_WITHOUT_HEADER;
    const limits = { connections: most, connectionsPerAddress: most, connectionsBeforeLogin: most };
    const guest = this.#gate.admit(proxy, limits, () => socket.destroy());
    // It stays: a reset may come between our reading and the server's.
    socket.on('error', () => undefined);
    if (guest === undefined) return void socket.destroy();
    let octets = Buffer.alloc(0);
    const read = (): void => {
      for (let piece: Buffer | null = socket.read(); piece !== null; piece = socket.read()) octets = Buffer.concat([octets, piece]);
      const reading = readProxyHeader(octets);
      if (reading.state === 'partial') return;
      end();
      if (reading.state === 'wrong') return this.#refuse(socket, proxy, `what it sent first is no PROXY header (${reading.reason})`);
      if (octets.length > reading.length) socket.unshift(octets.subarray(reading.length));
      const client = trusted(reading.client, proxy);
      // When the stream knows that nobody reads it any longer: else it would flow by itself.
      process.nextTick(() => {
        if (socket.destroyed) return;
        this.#behind.add(socket);
        if (client !== undefined) bearAddress(socket, client);
        take(client);
      });
    };
    // A balancer that only looks whether the port is open says nothing.
    const leave = (): void => void socket.destroy();
    const end = (): void => {
      socket.off('readable', read).off('end', leave).off('close', end);
      this.#waiting.delete(socket);
      guest.left();
      void timer.dispose();
    };
    const timer = this.parts.clock.after(HEADER_MS, () => {
      end();
      this.#refuse(socket, proxy, `it sent no whole PROXY header within ${HEADER_MS / 1000} s`);
    });
    this.#waiting.add(socket);
    socket.on('readable', read).on('end', leave).on('close', end);
  }

  #refuse(socket: Socket, proxy: string, reason: string): void {
    socket.destroy();
    this.#tell(proxy, reason);
  }

  #beginHandshake(socket: Socket, client: ClientAddress | undefined): void {
    const name = connectionName(socket);
    this.#handshakes.set(name, client);
    socket.once('close', () => this.#handshakes.delete(name));
  }

  #endHandshake(secure: Socket): void {
    const name = connectionName(secure);
    if (!this.#handshakes.has(name)) return;
    const client = this.#handshakes.get(name);
    this.#handshakes.delete(name);
    this.#behind.add(secure);
    if (client !== undefined) bearAddress(secure, client);
  }

  #tell(proxy: string, reason: string): void {
    const { name, setting, log } = this.parts;
    const sentence = `A connection to the ${name} port from ${proxy} was closed: "proxies" in ${setting} names that address, and ${reason}.`;
    if (this.#told.has(proxy)) return log.debug(sentence);
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(proxy);
    log.warn(
      `${sentence} Let the load balancer send one (HAProxy: send-proxy-v2), or take its address out. It is said once for each address.`,
      {
        peer: proxy,
      },
    );
  }
}

/** Loopback is the balancer's own machine: ours only where it is on ours. Then the connection's own address counts. */
function trusted(said: ClientAddress | undefined, proxy: string): ClientAddress | undefined {
  return said !== undefined && isLoopback(said.address) && !isLoopback(proxy) ? undefined : said;
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}
