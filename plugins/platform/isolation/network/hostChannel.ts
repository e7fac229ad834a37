// The host's end of one connection that it makes for a plugin: octets go from the socket to the plugin's process and back, and no further than
// the window lets them.
import type { Socket } from 'node:net';
import type { ChannelPipe } from './channelPipe.js';
import { LARGEST_CHUNK, PORTION, type ToChild, WINDOW, wireError } from './channelProtocol.js';

export class HostChannel {
  /** Octets that the plugin still takes. */
  #mayGo = WINDOW;
  /** Octets that the plugin sent and the socket has not taken yet. */
  #waiting = 0;
  /** Of those that it has taken, what the plugin was not told of. */
  #used = 0;
  #isClosed = false;

  constructor(
    private readonly id: number,
    private readonly socket: Socket,
    private readonly pipe: ChannelPipe<ToChild>,
    private readonly onClosed: () => void,
  ) {
    socket.on('data', (octets: Buffer) => this.#pass(octets));
    socket.on('end', () => this.#send({ do: 'end', id }));
    socket.on('error', (error) => this.close(error));
    socket.on('close', () => this.close());
    socket.resume();
  }

  /** Throws where the plugin sends more than it may. */
  take(octets: Uint8Array): void {
    this.#waiting += octets.length;
    if (this.#waiting > WINDOW) throw new Error(`it sent more than ${WINDOW} octets that nobody had taken yet`);
    this.socket.write(octets, () => {
      this.#waiting -= octets.length;
      this.#used += octets.length;
      if (this.#used >= PORTION || this.#waiting === 0) {
        this.#send({ do: 'used', id: this.id, octets: this.#used });
        this.#used = 0;
      }
    });
  }

  used(octets: number): void {
    this.#mayGo = Math.min(this.#mayGo + octets, WINDOW);
    if (this.#mayGo > 0) this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  close(error?: Error): void {
    if (this.#isClosed) return;
    this.#send({ do: 'close', id: this.id, ...(error !== undefined && { error: wireError(error) }) });
    this.#isClosed = true;
    this.socket.destroy();
    this.onClosed();
  }

  #pass(octets: Buffer): void {
    for (let start = 0; start < octets.length; start += LARGEST_CHUNK) {
      this.#send({ do: 'data', id: this.id }, octets.subarray(start, start + LARGEST_CHUNK));
    }
    this.#mayGo -= octets.length;
    if (this.#mayGo <= 0) this.socket.pause();
  }

  #send(message: ToChild, octets?: Uint8Array): void {
    if (!this.#isClosed) this.pipe.send(message, octets);
  }
}
