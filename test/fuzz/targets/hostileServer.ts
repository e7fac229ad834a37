// A server on loopback that says what an input tells it to, whatever it is asked: one answer for each line, and the next one where no line comes.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Stands between two answers of a script, on a line of its own. */
export const NEXT_ANSWER = '\n----\n';
/** A client that waits for more of an answer gets the next one. */
const IDLE_MS = 2;
/** More would only take their time. */
const MOST_ANSWERS = 60;

export class HostileServer {
  /** All that was sent, and all that came, over all connections. */
  sent = '';
  received = '';
  #answers: string[] = [];
  #isQuiet: (line: string) => boolean = () => false;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer({ noDelay: true }, (socket) => this.#serve(socket));

  /** Resolves with the port. */
  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Begins a new script; connections of the last one are over. `isQuiet`: lines that nobody answers, as those of a message. */
  play(script: Buffer, isQuiet: (line: string) => boolean = () => false): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#answers = script.toString('latin1').split(NEXT_ANSWER).slice(0, MOST_ANSWERS);
    this.#isQuiet = isQuiet;
    this.sent = '';
    this.received = '';
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let idle: NodeJS.Timeout | undefined;
    let rest = '';
    const say = (): void => {
      clearTimeout(idle);
      const answer = this.#answers.shift();
      if (answer === undefined) return void socket.end();
      this.sent += answer;
      socket.write(Buffer.from(answer, 'latin1'));
      idle = setTimeout(say, IDLE_MS);
    };
    socket.on('data', (octets: Buffer) => {
      this.received += octets.toString('latin1');
      const lines = (rest + octets.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (!socket.destroyed && !this.#isQuiet(line)) say();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(idle);
      this.#sockets.delete(socket);
    });
    say();
  }
}
