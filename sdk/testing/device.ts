// The practice device: a TCP port on loopback that stands for the network device, and can be switched off and on.

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { MOST_PRACTICE_CONNECTIONS } from './mostConnections.js';

/** Below the ephemeral ports of the system: while the device is off no other program gets its port. */
const LOWEST_PORT = 20_000;
const PORTS = 12_000;
const TRIES = 20;

export class PracticeDevice {
  readonly host = '127.0.0.1';
  #port: number;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  constructor(port = 0) {
    this.#port = port;
  }

  /** Stays the same when the device goes off and comes on again. */
  get port(): number {
    return this.#port;
  }

  get isOn(): boolean {
    return this.#server !== undefined;
  }

  /** Connections are taken, and closed at once. */
  async switchOn(): Promise<void> {
    if (this.#server) return;
    const server = this.#port === 0 ? await this.#listenAnywhere() : await this.#listen(this.#port);
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async #listenAnywhere(): Promise<Server> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const server = await this.#listen(LOWEST_PORT + Math.floor(Math.random() * PORTS)).catch(() => undefined);
      if (server !== undefined) return server;
    }
    return this.#listen(0);
  }

  #listen(port: number): Promise<Server> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
      socket.end();
    });
    server.maxConnections = MOST_PRACTICE_CONNECTIONS;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: this.host }, () => resolve(server));
    });
  }

  /** Connections are refused. */
  async switchOff(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
