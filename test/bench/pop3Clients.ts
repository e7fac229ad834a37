// A load generator for POP3 that costs little: it finds where answers end and looks at nothing else.
import { connect, type Socket } from 'node:net';

const END = Buffer.from('\r\n.\r\n');
const LINE_END = Buffer.from('\r\n');

export interface Pop3Login {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** How RETR is asked: a command and its answer, as mail programs do, or a window of commands on the line, as mpop does. */
export type Manner = { readonly window: number };
export const ONE_AT_A_TIME: Manner = { window: 1 };
export const PIPELINED: Manner = { window: 1_000 };

/** Login, STAT, UIDL, RETR of everything, QUIT, `sessions` times. Answers the number of messages read. */
export async function readMailbox(login: Pop3Login, manner: Manner, sessions: number): Promise<number> {
  let messages = 0;
  for (let session = 0; session < sessions; session += 1) {
    const client = await Pop3Client.logIn(login);
    const count = await client.look();
    await client.retrieve(count, manner.window);
    await client.quit();
    messages += count;
  }
  return messages;
}

/** Login, STAT, UIDL, QUIT. */
export async function lookAtMailbox(login: Pop3Login): Promise<number> {
  const client = await Pop3Client.logIn(login);
  const count = await client.look();
  await client.quit();
  return count;
}

export class Pop3Client {
  readonly #socket: Socket;
  #waiting: { take(chunk: Buffer): boolean; resolve(): void; reject(error: Error): void } | undefined;
  #early: Buffer[] = [];

  private constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection.')));
  }

  static async logIn({ port, user, password }: Pop3Login): Promise<Pop3Client> {
    const client = new Pop3Client(port);
    await client.#line();
    await client.#ask(`USER ${user}`);
    await client.#ask(`PASS ${password}`);
    return client;
  }

  /** STAT and UIDL; answers how many messages there are. */
  async look(): Promise<number> {
    const stat = await this.#ask('STAT');
    this.#socket.write('UIDL\r\n');
    await this.#ends(1);
    return Number(stat.split(' ')[1]);
  }

  async retrieve(count: number, window: number): Promise<void> {
    for (let first = 1; first <= count; first += window) {
      const some = Math.min(window, count - first + 1);
      let commands = '';
      for (let number = first; number < first + some; number += 1) commands += `RETR ${number}\r\n`;
      this.#socket.write(commands);
      await this.#ends(some);
    }
  }

  async quit(): Promise<void> {
    await this.#ask('QUIT');
    this.#socket.destroy();
  }

  async #ask(command: string): Promise<string> {
    this.#socket.write(`${command}\r\n`);
    const line = await this.#line();
    if (!line.startsWith('+OK')) throw new Error(`${command.split(' ')[0]} was answered ${line}`);
    return line;
  }

  async #line(): Promise<string> {
    let text = '';
    await this.#until((chunk) => {
      text += chunk.toString('latin1');
      return chunk.indexOf(LINE_END) >= 0;
    });
    return text.trimEnd();
  }

  /** So many multi-line answers end. */
  #ends(count: number): Promise<void> {
    let left = count;
    let carried: Buffer = Buffer.alloc(0);
    return this.#until((chunk) => {
      const seam = Buffer.concat([carried, chunk.subarray(0, END.length - 1)]);
      for (let at = seam.indexOf(END); at >= 0 && at < carried.length; at = seam.indexOf(END, at + 1)) left -= 1;
      for (let at = chunk.indexOf(END); at >= 0; at = chunk.indexOf(END, at + END.length)) left -= 1;
      carried = Buffer.concat([carried, chunk.subarray(-END.length)]).subarray(-(END.length - 1));
      return left <= 0;
    });
  }

  #until(take: (chunk: Buffer) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { take, resolve, reject };
      for (const chunk of this.#early.splice(0)) this.#take(chunk);
    });
  }

  #take(chunk: Buffer): void {
    const waiting = this.#waiting;
    if (waiting === undefined) this.#early.push(chunk);
    else if (waiting.take(chunk)) {
      this.#waiting = undefined;
      waiting.resolve();
    }
  }
}
