// A mail client's end of a socket: sends octets as told and reads answers line by line.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const EMPTY_ANSWER = Buffer.from('.\r\n');

export class RawClient {
  socket: Socket;
  #buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    this.#listen(socket);
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  static async connectTls(port: number): Promise<RawClient> {
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false });
    const client = new RawClient(socket);
    await once(socket, 'secureConnect');
    return client;
  }

  /** Starts TLS on the connection. */
  async secure(): Promise<void> {
    this.socket.removeAllListeners();
    const socket = connectTls({ socket: this.socket, servername: 'localhost', rejectUnauthorized: false });
    this.socket = socket;
    this.#listen(socket);
    await once(socket, 'secureConnect');
  }

  send(text: string | Buffer): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  }

  /** Sends a command and answers the first line of the answer. */
  async ask(command: string): Promise<string> {
    this.send(`${command}\r\n`);
    return this.line();
  }

  /** The next line; throws if the server ends the connection before. Every line must end with CRLF. */
  async line(): Promise<string> {
    return (await this.#until('\r\n')).toString('latin1').slice(0, -2);
  }

  /** A multi-line answer behind its first line, as it came, without the final dot. */
  async multiline(): Promise<string> {
    while (this.#buffer.length < 3 && !this.#ended) await this.#more();
    if (this.#buffer.subarray(0, 3).equals(EMPTY_ANSWER)) {
      this.#buffer = this.#buffer.subarray(3);
      return '';
    }
    return (await this.#until('\r\n.\r\n')).toString('latin1').slice(0, -3);
  }

  async askMultiline(command: string): Promise<string> {
    const first = await this.ask(command);
    if (!first.startsWith('+OK')) throw new Error(`${command}: ${first}`);
    return this.multiline();
  }

  async login(user = 'andrew', password = 'open sesame'): Promise<string> {
    await this.line();
    await this.ask(`USER ${user}`);
    return this.ask(`PASS ${password}`);
  }

  /** Everything up to the end of the connection. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#more();
    return this.#buffer.toString('latin1');
  }

  destroy(): void {
    this.socket.destroy();
  }

  #listen(socket: Socket): void {
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#wake?.();
    });
    socket.on('end', end).on('close', end).on('error', end);
  }

  async #until(end: string): Promise<Buffer> {
    let searched = 0;
    for (;;) {
      const at = this.#buffer.indexOf(end, searched);
      if (at >= 0) {
        const found = this.#buffer.subarray(0, at + end.length);
        this.#buffer = this.#buffer.subarray(at + end.length);
        return found;
      }
      if (this.#ended) throw new Error(`The connection ended; left: ${JSON.stringify(this.#buffer.toString('latin1'))}`);
      searched = Math.max(0, this.#buffer.length - end.length + 1);
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
