// An ISP's outgoing server that answers what a test tells it to, verb by verb, and breaks where it should.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

/** Reply text without line end; several lines joined by LF. `cut` closes the connection instead, `silence` says nothing. */
export type Answer = string;

export interface Script {
  /** Lines of the EHLO reply behind the first. Default: PIPELINING, 8BITMIME, SIZE, AUTH PLAIN LOGIN. */
  readonly extensions?: readonly string[];
  readonly pem?: { readonly key: string; readonly cert: string };
  /** TLS from the first octet. */
  readonly implicitTls?: boolean;
  /** Of commands that come in one segment all but the first are lost. */
  readonly answersFirstOnly?: boolean;
  /** Answers by verb (GREETING, EHLO, HELO, AUTH, MAIL, RCPT, DATA, DOT, RSET, QUIT, STARTTLS); `undefined` is the usual one. */
  readonly answer?: (verb: string, line: string) => Answer | undefined;
}

export interface Received {
  readonly commands: readonly string[];
  readonly text: string;
}

const USUAL: Readonly<Record<string, string>> = {
  GREETING: '220 isp.example ESMTP',
  HELO: '250 isp.example',
  AUTH: '235 2.7.0 Welcome',
  MAIL: '250 2.1.0 Sender ok',
  RCPT: '250 2.1.5 Recipient ok',
  DATA: '354 Go ahead',
  DOT: '250 2.0.0 Queued as 4711',
  RSET: '250 2.0.0 Forgotten',
  QUIT: '221 2.0.0 Bye',
  STARTTLS: '220 2.0.0 Go ahead',
};

export class ScriptedServer {
  /** Every command line of all sessions, in order. */
  readonly commands: string[] = [];
  /** Texts of messages whose final dot arrived, as they were sent. */
  readonly messages: string[] = [];
  /** What has come of a message whose final dot has not. */
  unfinished = '';
  connections = 0;
  /** Names that clients asked for in their TLS hello (SNI). */
  readonly askedFor: string[] = [];
  script: Script;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(script: Script) {
    this.script = script;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(script: Script = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Drops the connections that are open, as a server does with idle ones. */
  async dropAll(): Promise<void> {
    await Promise.all(
      [...this.#sockets].map(async (socket) => {
        const closed = once(socket, 'close');
        socket.destroy();
        await closed;
      }),
    );
  }

  async stop(): Promise<void> {
    await this.dropAll();
    this.#server.close();
  }

  verbs(): string[] {
    return this.commands.map((line) => line.split(' ')[0] ?? '');
  }

  #accept(raw: Socket): void {
    this.connections++;
    raw.on('error', () => undefined);
    this.#sockets.add(raw);
    raw.on('close', () => this.#sockets.delete(raw));
    const socket = this.script.implicitTls ? this.#encrypt(raw) : raw;
    this.#serve(socket);
    this.#say(socket, 'GREETING', '');
  }

  #encrypt(raw: Socket): TLSSocket {
    const secureContext = createSecureContext(this.script.pem);
    const socket = new TLSSocket(raw, {
      isServer: true,
      secureContext,
      SNICallback: (name, done) => {
        this.askedFor.push(name);
        done(null, secureContext);
      },
    });
    socket.on('error', () => undefined);
    return socket;
  }

  #serve(socket: Socket): void {
    let input = '';
    let mode: 'commands' | 'data' = 'commands';
    const step = (): boolean => {
      if (mode === 'data') {
        const end = input.startsWith('.\r\n') ? -2 : input.indexOf('\r\n.\r\n');
        this.unfinished = end === -1 ? input : '';
        if (end === -1) {
          return false;
        }
        this.messages.push(input.slice(0, Math.max(0, end + 2)));
        input = input.slice(end + 5);
        mode = 'commands';
        this.#say(socket, 'DOT', '');
        return true;
      }
      const end = input.indexOf('\r\n');
      if (end === -1) {
        return false;
      }
      const line = input.slice(0, end);
      input = this.script.answersFirstOnly ? '' : input.slice(end + 2);
      this.commands.push(line);
      const answer = this.#say(socket, (line.split(' ')[0] ?? '').toUpperCase(), line);
      mode = /^DATA$/i.test(line) && answer.startsWith('354') ? 'data' : 'commands';
      if (/^STARTTLS$/i.test(line) && answer.startsWith('220')) {
        socket.removeAllListeners('data');
        this.#serve(this.#encrypt(socket));
        return false;
      }
      return true;
    };
    socket.on('data', (octets: Buffer) => {
      input += octets.toString('latin1');
      while (!socket.destroyed && step());
    });
  }

  #say(socket: Socket, verb: string, line: string): string {
    const answer = this.script.answer?.(verb, line) ?? (verb === 'EHLO' ? this.#ehlo(socket) : (USUAL[verb] ?? '500 Unknown'));
    if (answer === 'cut') {
      socket.destroy();
    } else if (answer !== 'silence') {
      socket.write(`${answer.replaceAll('\n', '\r\n')}\r\n`);
      if (verb === 'QUIT') {
        socket.end();
      }
    }
    return answer;
  }

  #ehlo(socket: Socket): string {
    const extensions = this.script.extensions ?? ['PIPELINING', '8BITMIME', 'SIZE 52428800', 'AUTH PLAIN LOGIN'];
    const offered = this.script.pem && !(socket instanceof TLSSocket) ? [...extensions, 'STARTTLS'] : extensions;
    return ['isp.example', ...offered].map((each, place) => `250${place < offered.length ? '-' : ' '}${each}`).join('\n');
  }
}
