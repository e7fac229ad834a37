// A mail client made of a bare socket: sends exactly the octets that a test wants and reads whole replies.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls';

export class LineClient {
  greeting = '';
  #buffer = '';
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(public socket: Socket | TLSSocket) {
    this.#listen();
  }

  /** Connects and reads the greeting. */
  static async open(port: number, security: 'plain' | 'tls' = 'plain', early = ''): Promise<LineClient> {
    const socket = security === 'tls' ? connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }) : connect(port, '127.0.0.1');
    if (early !== '') {
      socket.write(early);
    }
    const client = new LineClient(socket);
    client.greeting = await client.reply();
    return client;
  }

  #listen(): void {
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.#buffer += text;
      this.#wake();
    });
    for (const event of ['end', 'close', 'error']) {
      this.socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  write(octets: string | Buffer): void {
    this.socket.write(typeof octets === 'string' ? Buffer.from(octets, 'utf8') : octets);
  }

  /** The next reply, all lines of it, joined by LF. Rejects where the server closes instead. */
  async reply(): Promise<string> {
    for (;;) {
      const found = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#buffer);
      if (found) {
        this.#buffer = this.#buffer.slice(found[0].length);
        return found[0].trimEnd().replaceAll('\r\n', '\n');
      }
      if (this.#ended) {
        throw new Error(`The server closed the connection; unread: ${JSON.stringify(this.#buffer)}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return await this.reply();
  }

  /** EHLO, and then each line must be answered by 2xx or 3xx. Answers the last reply. */
  async run(...lines: string[]): Promise<string> {
    let last = '';
    for (const line of lines) {
      last = await this.say(line);
      if (!/^[23]/.test(last)) {
        throw new Error(`${line} -> ${last}`);
      }
    }
    return last;
  }

  /** A whole transaction from andrew's address; answers what follows the final dot. */
  async send(text: string, to = 'friend@example.org'): Promise<string> {
    await this.run('MAIL FROM:<mail@company.com>', `RCPT TO:<${to}>`, 'DATA');
    return await this.say(`${text}\r\n.`);
  }

  async startTls(maxVersion?: SecureVersion): Promise<void> {
    await this.run('STARTTLS');
    await this.secure(maxVersion);
  }

  async secure(maxVersion?: SecureVersion): Promise<void> {
    this.socket.removeAllListeners();
    this.#ended = false;
    const versions = maxVersion ? { maxVersion, minVersion: 'TLSv1' as const, ciphers: 'DEFAULT@SECLEVEL=0' } : {};
    const secure = connectTls({ socket: this.socket, rejectUnauthorized: false, ...versions });
    this.socket = secure;
    await once(secure, 'secureConnect');
    this.#listen();
  }

  /** Waits until the server has closed its side; answers what it said last. */
  async ended(): Promise<string> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#buffer;
  }

  close(): void {
    this.socket.destroy();
  }
}
