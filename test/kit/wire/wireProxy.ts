// Stands between a server and PostgreSQL, and does what networks do: cuts, holds, and loses the answer to a COMMIT. It reads of the protocol what it
// needs for that; a connection that is encrypted passes unread.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Frame } from './frames.js';
import { type LostAnswer, WireConnection } from './wireConnection.js';

export class WireProxy {
  readonly #server: Server;
  readonly #connections = new Set<WireConnection>();
  #target: number;
  #isHeld = false;
  #isOpen = true;
  #loss: (LostAnswer & { readonly happened: () => void }) | undefined;

  /** Changes messages on their way to the client. */
  rewrite: (frame: Frame) => Buffer = ({ octets }) => octets;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** `target`: PostgreSQL's port on 127.0.0.1. */
  static async start(target: number): Promise<WireProxy> {
    const proxy = new WireProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Where new connections go from now on. */
  aim(target: number): void {
    this.#target = target;
  }

  /** Ends every connection, without a word to either side. */
  cut(): void {
    for (const connection of this.#connections) connection.cut();
  }

  /** Cuts, and lets nobody in. */
  shut(): void {
    this.#isOpen = false;
    this.cut();
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Nothing passes any more, in either direction, and nothing is lost; new connections are taken and wait as well. */
  hold(): void {
    this.#isHeld = true;
    for (const connection of this.#connections) connection.pause();
  }

  go(): void {
    this.#isHeld = false;
    for (const connection of this.#connections) connection.resume();
  }

  /** The next transaction like this one loses the answer to its COMMIT, and its connection. Resolves when that has happened. */
  lose(loss: LostAnswer): Promise<void> {
    return new Promise((resolve) => {
      this.#loss = { ...loss, happened: resolve };
    });
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (!this.#isOpen) {
      client.destroy();
      return;
    }
    const connection: WireConnection = new WireConnection(client, this.#target, {
      rewrite: (frame) => this.rewrite(frame),
      losing: () => this.#loss,
      lost: () => {
        this.#loss?.happened();
        this.#loss = undefined;
      },
      ended: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    if (!this.#isHeld) connection.resume();
  }
}
