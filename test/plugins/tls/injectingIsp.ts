// An ISP, or somebody on the way to it, that puts octets in clear text behind the answer that begins TLS.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

export interface Injection {
  /** The command that begins TLS. */
  readonly begins: 'STLS' | 'STARTTLS';
  /** What it is answered with, a segment each. */
  readonly segments: readonly string[];
  readonly greeting: string;
  /** Answers a line, CRLF included. */
  readonly answer: (line: string, secure: boolean) => string;
  readonly pem: { readonly key: string; readonly cert: string };
}

export class InjectingIsp {
  /** Lines that came in clear text, and in TLS. */
  readonly plain: string[] = [];
  readonly secure: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer({ noDelay: true }, (socket) => this.#accept(socket));

  private constructor(private readonly injection: Injection) {}

  static async start(injection: Injection): Promise<InjectingIsp> {
    const isp = new InjectingIsp(injection);
    isp.#server.listen(0, '127.0.0.1');
    await once(isp.#server, 'listening');
    return isp;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    this.#serve(socket, false);
    socket.write(this.injection.greeting);
  }

  #serve(socket: Socket, secure: boolean): void {
    let rest = '';
    socket.on('data', (octets: Buffer) => {
      const lines = (rest + octets.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        (secure ? this.secure : this.plain).push(line);
        if (!secure && line === this.injection.begins) return void this.#begin(socket);
        socket.write(this.injection.answer(line, secure));
      }
    });
  }

  async #begin(plain: Socket): Promise<void> {
    plain.removeAllListeners('data');
    for (const segment of this.injection.segments) {
      await new Promise<void>((sent) => plain.write(segment, () => sent()));
      await new Promise<void>((turn) => setImmediate(turn));
    }
    const secure = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext(this.injection.pem) });
    secure.on('error', () => undefined);
    this.#serve(secure, true);
  }
}
