// Speaks to Thunderbird from inside: Marionette, Mozilla's remote control, is JSON with its length in front on a port of its own.
import { connect, type Socket } from 'node:net';

type Answer = readonly [kind: number, id: number, error: { readonly message: string } | null, result: unknown];
interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Milliseconds that a script may take: some of them wait for a server. */
const SCRIPT_MS = 60_000;

export class Marionette {
  #unread = Buffer.alloc(0);
  #commands = 0;
  readonly #waiting = new Map<number, Waiting>();
  readonly #greeted: Promise<void>;

  private constructor(private readonly socket: Socket) {
    this.#greeted = new Promise((resolve) => {
      socket.on('data', (octets: Buffer) => {
        this.#unread = Buffer.concat([this.#unread, octets]);
        for (let message = this.#next(); message !== undefined; message = this.#next()) {
          if (Array.isArray(message)) this.#take(message as unknown as Answer);
          else resolve();
        }
      });
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Thunderbird closed the connection.'));
    });
  }

  /** `undefined` where nobody answers there yet. */
  static open(port: number): Promise<Marionette | undefined> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', () => resolve(undefined));
      socket.once('connect', () => resolve(new Marionette(socket)));
    });
  }

  /** Begins a session that may use what the program itself uses. */
  async begin(): Promise<void> {
    await this.#greeted;
    await this.#command('WebDriver:NewSession', {});
    await this.#command('Marionette:SetContext', { value: 'chrome' });
  }

  /** Runs the body of an async function in the program; `args` and the answer are JSON. */
  async run<T>(body: string, args: object = {}): Promise<T> {
    const script = `const [args, done] = arguments;
      (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value } = (await this.#command('WebDriver:ExecuteAsyncScript', { script, args: [args], scriptTimeout: SCRIPT_MS })) as {
      readonly value: { readonly value?: T; readonly error?: string };
    };
    if (value.error !== undefined) throw new Error(`Thunderbird: ${value.error}`);
    return value.value as T;
  }

  close(): void {
    this.socket.destroy();
  }

  #command(name: string, parameters: object): Promise<unknown> {
    this.#commands += 1;
    const id = this.#commands;
    const text = JSON.stringify([0, id, name, parameters]);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  }

  #next(): unknown {
    const colon = this.#unread.indexOf(':');
    const start = colon + 1;
    const end = start + Number(this.#unread.toString('latin1', 0, Math.max(colon, 0)));
    if (colon < 0 || this.#unread.length < end) return undefined;
    const message: unknown = JSON.parse(this.#unread.toString('utf8', start, end));
    this.#unread = this.#unread.subarray(end);
    return message;
  }

  #take([, id, error, result]: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === null) waiting?.resolve(result);
    else waiting?.reject(new Error(`Thunderbird: ${error.message}`));
  }
}
