// An ISP's POP3 server by script: right by default, with a switch for every way to be wrong.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { TestCertificate } from './fakeHost.js';

export interface IspMessage {
  readonly uidl: string;
  readonly octets: Buffer;
}

/**
 * What a command's script answers: the text to send (CRLF included), `cut` to drop the line, `stall` to say nothing; `last`: sent before the connection is
 * closed. `undefined`: as a right server.
 */
export type Script = (command: string, session: ServerSession) => Buffer | string | { readonly last: string } | undefined;

export interface ServerSession {
  /** Counted from 1. */
  readonly nth: number;
  readonly commands: string[];
  readonly secure: boolean;
}

export class ScriptedServer {
  messages: IspMessage[] = [];
  capabilities: string[] | undefined = ['TOP', 'UIDL', 'USER', 'PIPELINING', 'STLS'];
  greeting: string | undefined = '+OK ready\r\n';
  user = 'mail';
  password = 'isp secret';
  script: Script = () => undefined;
  /** Of commands that come in one segment all but the first are lost. */
  answersFirstOnly = false;
  /** Sizes of the pieces in which everything is sent. */
  segment: number | undefined;
  /** Changes everything that is sent. */
  onTheLine: (octets: Buffer) => Buffer = (octets) => octets;
  /** Octets after which the connection is dropped. */
  cutAfter: number | undefined;
  readonly sessions: ServerSession[] = [];
  /** Most commands that were on the line at a time, the one that is answered among them. */
  mostAhead = 0;
  readonly #pem: TestCertificate;
  readonly #implicitTls: boolean;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(pem: TestCertificate, implicitTls = false) {
    this.#pem = pem;
    this.#implicitTls = implicitTls;
    this.#server = createServer((socket) => this.#connected(socket));
  }

  async start(address = '127.0.0.1', port = 0): Promise<number> {
    this.#server.listen(port, address);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  put(...texts: readonly string[]): void {
    for (const text of texts) this.messages.push({ uidl: `id${this.messages.length + 1}`, octets: Buffer.from(text, 'latin1') });
  }

  /** Everything that clients have sent, session by session. */
  get commands(): readonly string[] {
    return this.sessions.flatMap(({ commands }) => commands);
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    const session = { nth: this.sessions.length + 1, commands: [] as string[], secure: this.#implicitTls };
    this.sessions.push(session);
    const line = this.#implicitTls ? this.#secured(socket) : socket;
    new SessionScript(this, line, session, () => this.#secured(socket)).begin();
  }

  #secured(socket: Socket): Socket {
    const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(this.#pem) });
    secure.on('_tlsError', () => secure.destroy());
    return secure;
  }
}

class SessionScript {
  readonly #server: ScriptedServer;
  readonly #session: ServerSession & { secure: boolean };
  readonly #secure: () => Socket;
  readonly #snapshot: readonly IspMessage[];
  readonly #deleted = new Set<number>();
  #socket: Socket;
  #input = '';
  #sent = 0;
  #user = '';
  #stalled = false;
  #unanswered = 0;
  #queue = Promise.resolve();

  constructor(server: ScriptedServer, socket: Socket, session: ServerSession & { secure: boolean }, secure: () => Socket) {
    this.#server = server;
    this.#socket = socket;
    this.#session = session;
    this.#secure = secure;
    this.#snapshot = [...server.messages];
  }

  begin(): void {
    this.#listen();
    if (this.#server.greeting !== undefined) this.#send(Buffer.from(this.#server.greeting, 'latin1'));
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#input += chunk.toString('latin1');
      this.#server.mostAhead = Math.max(this.#server.mostAhead, this.#unanswered + this.#input.split('\r\n').length - 1);
      for (let end = this.#input.indexOf('\r\n'); end >= 0; end = this.#input.indexOf('\r\n')) {
        const command = this.#input.slice(0, end);
        this.#input = this.#input.slice(end + 2);
        this.#execute(command);
        if (this.#server.answersFirstOnly) this.#input = '';
      }
    });
  }

  #execute(command: string): void {
    this.#session.commands.push(command);
    this.#unanswered += 1;
    if (this.#stalled) return;
    const scripted = this.#server.script(command, this.#session);
    if (scripted === 'stall') {
      this.#stalled = true;
    } else if (scripted === 'cut') {
      this.#queue = this.#queue.then(() => void this.#socket.destroy());
    } else if (typeof scripted === 'object' && 'last' in scripted) {
      this.#send(Buffer.from(scripted.last, 'latin1'));
      this.#queue = this.#queue.then(() => void this.#socket.end());
    } else {
      this.#send(Buffer.from(scripted ?? this.#answer(command)));
    }
    if (command === 'STLS' && scripted === undefined) this.#startTls();
    if (command === 'QUIT' && scripted === undefined) this.#queue = this.#queue.then(() => void this.#socket.end());
  }

  #startTls(): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    this.#queue = this.#queue.then(() => {
      this.#socket = this.#secure();
      this.#session.secure = true;
      this.#listen();
    });
  }

  #answer(command: string): Buffer | string {
    const [keyword = '', first = '', second = ''] = command.split(' ');
    const number = Number(first);
    const message = this.#snapshot[number - 1];
    switch (keyword.toUpperCase()) {
      case 'CAPA':
        return this.#server.capabilities === undefined ? '-ERR what?\r\n' : this.#lines(this.#server.capabilities);
      case 'STLS':
        return '+OK begin\r\n';
      case 'USER':
        this.#user = first;
        return '+OK\r\n';
      case 'PASS':
        return this.#user === this.#server.user && command.slice(5) === this.#server.password ? '+OK in\r\n' : '-ERR [AUTH] no\r\n';
      case 'AUTH': {
        const wanted = Buffer.from(`\0${this.#server.user}\0${this.#server.password}`).toString('base64');
        return second === wanted ? '+OK in\r\n' : second === '' ? '+ \r\n' : '-ERR [AUTH] no\r\n';
      }
      case 'STAT':
        return `+OK ${this.#snapshot.length} ${this.#snapshot.reduce((sum, { octets }) => sum + octets.length, 0)}\r\n`;
      case 'LIST':
        return this.#lines(this.#snapshot.map(({ octets }, index) => `${index + 1} ${octets.length}`));
      case 'UIDL':
        return this.#lines(this.#snapshot.map(({ uidl }, index) => `${index + 1} ${uidl}`));
      case 'RETR':
        return message === undefined ? '-ERR none\r\n' : multiline(message.octets);
      case 'TOP':
        return message === undefined ? '-ERR none\r\n' : multiline(message.octets.subarray(0, message.octets.indexOf('\r\n\r\n') + 4));
      case 'DELE':
        this.#deleted.add(number);
        return '+OK\r\n';
      case 'QUIT': {
        const gone = new Set([...this.#deleted].map((index) => this.#snapshot[index - 1]));
        this.#server.messages = this.#server.messages.filter((kept) => !gone.has(kept));
        return '+OK bye\r\n';
      }
      default:
        return '-ERR unknown\r\n';
    }
  }

  #lines(lines: readonly string[]): string {
    return `+OK\r\n${lines.map((line) => `${line}\r\n`).join('')}.\r\n`;
  }

  #send(written: Buffer): void {
    const octets = this.#server.onTheLine(written);
    this.#queue = this.#queue.then(async () => {
      const { segment, cutAfter } = this.#server;
      const size = segment ?? octets.length;
      for (let start = 0; start < octets.length && !this.#socket.destroyed; start += size) {
        let piece = octets.subarray(start, start + size);
        const left = cutAfter === undefined ? Number.POSITIVE_INFINITY : cutAfter - this.#sent;
        piece = piece.subarray(0, Math.min(piece.length, left));
        this.#sent += piece.length;
        await new Promise<void>((resolve) => this.#socket.write(piece, () => resolve()));
        if (piece.length === left) this.#socket.end();
        if (segment !== undefined) await new Promise((resolve) => setImmediate(resolve));
        if (piece.length === left) return;
      }
      this.#unanswered = Math.max(0, this.#unanswered - 1);
    });
  }
}

/** A message as RETR answers it. */
export function multiline(octets: Buffer): Buffer {
  const stuffed = octets.toString('latin1').replaceAll(/(^|\r\n)\./g, '$1..');
  return Buffer.from(`+OK here it is\r\n${stuffed}${stuffed === '' || stuffed.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1');
}
