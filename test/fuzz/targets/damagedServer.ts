// A POP3 server on loopback that hands out messages octet for octet as a test wrote them, their ends included, and knows PIPELINING.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface DamagedMessage {
  readonly uidl: string;
  /** Octets by LIST. */
  readonly listed: number;
  /** What RETR answers, all of it. */
  readonly wire: Buffer;
  /** A client waits for the end of it for ever: the server hangs up where it has nothing more to say. */
  readonly isEndless: boolean;
}

export interface DamagedBox {
  readonly messages: readonly DamagedMessage[];
  /** Cuts what is sent, each piece a packet. */
  readonly pieces?: (octets: Buffer) => readonly Buffer[];
}

export class DamagedServer {
  /** Of messages that QUIT has removed. */
  readonly removed = new Set<string>();
  #box: DamagedBox = { messages: [] };
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer({ noDelay: true }, (socket) => this.#serve(socket));

  /** Resolves with the port. */
  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  play(box: DamagedBox): void {
    for (const socket of this.#sockets) socket.destroy();
    this.removed.clear();
    this.#box = box;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    const session = new Session(this.#box.messages.filter(({ uidl }) => !this.removed.has(uidl)));
    let rest = '';
    let work = this.#send(socket, Buffer.from('+OK ready\r\n'));
    socket.on('data', (octets: Buffer) => {
      const lines = (rest + octets.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      const answers = lines.map((line) => session.answer(line));
      if (lines.includes('QUIT')) for (const uidl of session.deleted) this.removed.add(uidl);
      const isOver = lines.includes('QUIT') || session.isEndless;
      work = work.then(() => this.#send(socket, Buffer.concat(answers))).then(() => (isOver ? void socket.end() : undefined));
    });
  }

  async #send(socket: Socket, octets: Buffer): Promise<void> {
    const { pieces } = this.#box;
    for (const piece of pieces?.(octets) ?? [octets]) {
      if (socket.destroyed) return;
      socket.write(piece);
      if (pieces !== undefined) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

class Session {
  readonly deleted = new Set<string>();
  isEndless = false;

  constructor(private readonly messages: readonly DamagedMessage[]) {}

  answer(line: string): Buffer {
    const [command = '', number = ''] = line.split(' ');
    const message = this.messages[Number(number) - 1];
    if (command === 'RETR' && message !== undefined) {
      this.isEndless ||= message.isEndless;
      return message.wire;
    }
    if (command === 'DELE' && message !== undefined) this.deleted.add(message.uidl);
    return Buffer.from(this.#text(command), 'latin1');
  }

  #text(command: string): string {
    const list = (value: (message: DamagedMessage) => string | number): string =>
      `+OK\r\n${this.messages.map((message, at) => `${at + 1} ${value(message)}\r\n`).join('')}.\r\n`;
    switch (command) {
      case 'CAPA':
        return '+OK\r\nUSER\r\nUIDL\r\nPIPELINING\r\n.\r\n';
      case 'STAT':
        return `+OK ${this.messages.length} ${this.messages.reduce((sum, { listed }) => sum + listed, 0)}\r\n`;
      case 'LIST':
        return list(({ listed }) => listed);
      case 'UIDL':
        return list(({ uidl }) => uidl);
      case 'TOP':
        return '-ERR no\r\n';
      default:
        return '+OK\r\n';
    }
  }
}
