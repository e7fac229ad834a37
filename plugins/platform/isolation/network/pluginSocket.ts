// net.Socket as a plugin has it: the same methods and events, over a connection that the host makes. There is no native socket behind it.
import { Duplex, type DuplexOptions } from 'node:stream';
import { refusal } from '../allowList/refusal.js';
import { type Endpoint, LARGEST_CHUNK, PORTION, WINDOW } from './channelProtocol.js';
import type { ChildChannels, OpenChannel } from './childChannels.js';

/** Options of net.Socket and socket.connect() that mean something here (https://nodejs.org/api/net.html). */
export interface SocketOptions extends Pick<DuplexOptions, 'allowHalfOpen' | 'highWaterMark' | 'objectMode'> {
  readonly host?: string;
  readonly port?: number | string;
  readonly path?: string;
  readonly signal?: AbortSignal;
  readonly timeout?: number;
  readonly fd?: unknown;
  readonly handle?: unknown;
}

export interface SocketParts {
  readonly channels: ChildChannels;
  /** How Node reads the arguments of connect(). */
  readonly normalize: (args: readonly unknown[]) => readonly [SocketOptions, (() => void) | null];
  /** Node's own class, which TLS sockets derive from. */
  readonly NodesSocket: abstract new (
    ...args: never[]
  ) => object;
}

/**
 * Makes the class over one pipe. It may be called as well as constructed: Node's TLS sockets call what they derive from.
 */
export function pluginSocketClass({ channels, normalize, NodesSocket }: SocketParts): SocketClass {
  const isOf = Function.prototype[Symbol.hasInstance];
  const { apply, construct } = Reflect;
  class PluginSocket extends Duplex {
    connecting = false;
    /** Node's TLS sockets go from parent to parent. */
    readonly _parent = null;
    timeout: number | undefined;
    bytesRead = 0;
    bytesWritten = 0;
    readonly autoSelectFamilyAttemptedAddresses: readonly string[] = [];
    remoteAddress: string | undefined;
    remoteFamily: string | undefined;
    remotePort: number | undefined;
    localAddress: string | undefined;
    localFamily: string | undefined;
    localPort: number | undefined;
    #channel: OpenChannel | undefined;
    #isOpen = false;
    /** The other side sends no more. */
    #isEnded = false;
    /** Octets that the host still takes. */
    #mayGo = WINDOW;
    /** A write that waits for the connection or for room. */
    #held: { octets: Uint8Array; readonly done: (error?: Error | null) => void } | undefined;
    #finishing: (() => void) | undefined;
    /** Octets that were read and the host was not told of. */
    #used = 0;
    #idle: NodeJS.Timeout | undefined;

    constructor(options: SocketOptions | number = {}) {
      if (typeof options === 'number' || options.fd !== undefined || options.handle != null) {
        throw refusal('a socket over a file descriptor');
      }
      const { allowHalfOpen = false, highWaterMark, signal } = options;
      super({ allowHalfOpen, emitClose: false, autoDestroy: true, ...(highWaterMark && { highWaterMark }), ...(signal && { signal }) });
    }

    get pending(): boolean {
      return !this.#isOpen || this.connecting;
    }

    get readyState(): string {
      if (this.connecting) return 'opening';
      if (this.readable && this.writable) return 'open';
      return this.readable ? 'readOnly' : this.writable ? 'writeOnly' : 'closed';
    }

    get bufferSize(): number {
      return this.writableLength;
    }

    connect(...args: readonly unknown[]): this {
      const [options, listener] = normalize(args);
      if (listener !== null) this.once('connect', listener);
      if (this.connecting || this.#isOpen)
        throw Object.assign(new Error('Socket is already connected or connecting.'), { code: 'EISCONN' });
      this.connecting = true;
      if (options.timeout !== undefined) this.setTimeout(options.timeout);
      const to =
        typeof options.path === 'string' ? { path: options.path } : { host: options.host ?? 'localhost', port: Number(options.port) };
      this.#channel = channels.open(to, {
        opened: (remote, local) => this.#opened(remote, local, 'host' in to ? to.host : undefined),
        data: (octets) => this.#take(octets),
        used: (octets) => {
          this.#mayGo += octets;
          this.#flush();
        },
        end: () => {
          this.#isEnded = true;
          this.push(null);
          // The end is noticed without a reader, as with net.Socket.
          this.read(0);
        },
        close: (error) => {
          this.#channel = undefined;
          // What came before the end is still read; then it is destroyed by itself.
          if (error !== undefined || !this.#isEnded) this.destroy(error);
          else this.#flush();
        },
      });
      this.#stir();
      return this;
    }

    setTimeout(ms: number, listener?: () => void): this {
      clearTimeout(this.#idle);
      this.timeout = ms;
      if (listener !== undefined) {
        if (ms === 0) this.off('timeout', listener);
        else this.once('timeout', listener);
      }
      this.#stir();
      return this;
    }

    setNoDelay(): this {
      return this;
    }

    setKeepAlive(): this {
      return this;
    }

    ref(): this {
      return this;
    }

    unref(): this {
      return this;
    }

    address(): Endpoint {
      return this.#isOpen ? { address: this.localAddress, family: this.localFamily, port: this.localPort } : {};
    }

    destroySoon(): void {
      if (this.writable) this.end();
      if (this.writableFinished) this.destroy();
      else this.once('finish', () => this.destroy());
    }

    resetAndDestroy(): this {
      return this.destroy();
    }

    override _read(): void {
      // What was given before is used when more is asked for.
      if (this.#used >= PORTION) {
        this.#channel?.used(this.#used);
        this.#used = 0;
      }
    }

    override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
      this.#held = { octets: chunk, done };
      this.#flush();
    }

    override _final(done: (error?: Error | null) => void): void {
      this.#finishing = () => {
        this.#finishing = undefined;
        this.#channel?.end();
        done();
      };
      if (this.#isOpen || !this.connecting) this.#finishing();
    }

    override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
      clearTimeout(this.#idle);
      this.connecting = false;
      this.#channel?.close();
      this.#channel = undefined;
      this.#held?.done(error ?? new Error('The socket was closed.'));
      this.#held = undefined;
      done(error);
      process.nextTick(() => this.emit('close', error !== null));
    }

    #opened(remote: Endpoint, local: Endpoint, host: string | undefined): void {
      this.connecting = false;
      this.#isOpen = true;
      [this.remoteAddress, this.remoteFamily, this.remotePort] = [remote.address, remote.family, remote.port];
      [this.localAddress, this.localFamily, this.localPort] = [local.address, local.family, local.port];
      if (host !== undefined) this.emit('lookup', null, remote.address, remote.family === 'IPv6' ? 6 : 4, host);
      this.emit('connect');
      this.emit('ready');
      this.#flush();
      this.#finishing?.();
      this.#stir();
    }

    #take(octets: Uint8Array): void {
      this.bytesRead += octets.length;
      this.#used += octets.length;
      this.#stir();
      // A copy: the frame's memory holds more than this.
      if (this.push(Buffer.from(octets))) this._read();
    }

    #flush(): void {
      const held = this.#held;
      if (held === undefined || !this.#isOpen) return;
      if (this.#channel === undefined) {
        this.#held = undefined;
        held.done(Object.assign(new Error('The other side has closed the connection.'), { code: 'EPIPE', syscall: 'write' }));
        return;
      }
      while (held.octets.length > 0 && this.#mayGo > 0) {
        const piece = held.octets.subarray(0, Math.min(held.octets.length, LARGEST_CHUNK, this.#mayGo));
        held.octets = held.octets.subarray(piece.length);
        this.#mayGo -= piece.length;
        this.bytesWritten += piece.length;
        this.#channel.data(piece);
      }
      if (held.octets.length > 0) return;
      this.#held = undefined;
      this.#stir();
      held.done();
    }

    #stir(): void {
      clearTimeout(this.#idle);
      if (this.timeout === undefined || this.timeout <= 0 || this.destroyed) return;
      this.#idle = setTimeout(() => this.emit('timeout'), this.timeout).unref();
    }
  }
  function Socket(this: unknown, options?: SocketOptions): unknown {
    if (new.target !== undefined) return construct(PluginSocket, [options], new.target);
    return this instanceof NodesSocket ? apply(NodesSocket, this, [options]) : new PluginSocket(options);
  }
  Object.setPrototypeOf(Socket, PluginSocket);
  Socket.prototype = PluginSocket.prototype;
  Object.defineProperty(PluginSocket.prototype, 'constructor', { value: Socket, configurable: true, writable: true });
  // TLS sockets count as well.
  Object.defineProperty(Socket, Symbol.hasInstance, {
    value(this: unknown, value: unknown) {
      return apply(isOf, this, [value]) || (this === Socket && value instanceof NodesSocket);
    },
  });
  return Socket as unknown as SocketClass;
}

export type SocketClass = new (options?: SocketOptions | number) => Duplex & { connect(...args: readonly unknown[]): Duplex };
