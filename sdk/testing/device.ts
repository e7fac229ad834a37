// The practice device: a TCP port on loopback that stands for the network device, and can be switched off and on.

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

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
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
      socket.end();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: this.#port, host: this.host }, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
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
