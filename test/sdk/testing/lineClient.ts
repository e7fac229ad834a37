// A bare TCP client that speaks lines, so that tests see each octet of the practice ISP.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export class LineClient {
  #received = '';
  #ended = false;
  #wake: (() => void) | undefined;

  static async open(port: number): Promise<LineClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new LineClient(socket);
  }

  private constructor(private socket: Socket) {
    this.#listen();
  }

  /** The same connection inside TLS. */
  async startTls(ca: string): Promise<void> {
    this.socket.removeAllListeners();
    const secure = connectTls({ socket: this.socket, ca, servername: 'localhost' });
    this.socket = secure;
    this.#listen();
    await once(secure, 'secureConnect');
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** One line without its end; rejects when the connection ends before. */
  async line(): Promise<string> {
    const end = await this.#until('\r\n');
    if (end < 0) throw new Error(`The connection ended after '${this.#received}'.`);
    const line = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 2);
    return line;
  }

  /** Sends a command and answers the first line of the answer. */
  async ask(command: string): Promise<string> {
    this.send(`${command}\r\n`);
    return this.line();
  }

  /** Sends a command and answers its whole multi-line answer, the dot included. */
  async askAll(command: string): Promise<readonly string[]> {
    const lines = [await this.ask(command)];
    while (lines.at(-1) !== '.' && lines[0]?.startsWith('+OK')) lines.push(await this.line());
    return lines;
  }

  /** Everything until the server ends the connection. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#more();
    return this.#received;
  }

  close(): void {
    this.socket.destroy();
  }

  #listen(): void {
    this.socket.setEncoding('latin1');
    this.socket.on('data', (piece: string) => {
      this.#received += piece;
      this.#wake?.();
    });
    for (const event of ['end', 'close', 'error']) {
      this.socket.on(event, () => {
        this.#ended = true;
        this.#wake?.();
      });
    }
  }

  async #until(mark: string): Promise<number> {
    while (!this.#received.includes(mark) && !this.#ended) await this.#more();
    return this.#received.indexOf(mark);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
