// A door's part of a port that the main thread has open: listening sockets of its own, which it can close without losing a connection.
import { createServer, type Server, type ServerOpts, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { listenAt } from './sharedPort.js';

/** Where the main thread's server listens, as its `address()` says. */
export interface OpenedPort {
  readonly address: string;
  readonly port: number;
}

export interface JoinPortOptions extends Pick<ServerOpts, 'allowHalfOpen' | 'noDelay' | 'pauseOnConnect'> {
  /** Listening sockets. The system deals connections out evenly among all sockets of the port, of which the main thread has one. */
  readonly sockets?: number;
  /** A connection could not be taken, for want of descriptors say. The next ones are tried all the same. */
  readonly onProblem?: (error: Error) => void;
}

/** How a module takes part in a port: `JoinedPort.join`, or what a test has in its place. */
export type JoinPort = (at: OpenedPort, connected: (socket: Socket) => void) => Promise<Pick<JoinedPort, 'close'>>;

const SOCKETS = 4;
/** A turn of the event loop that took no longer leaves hardly time for a connection to come after the sockets were read. */
const SHORT_TURN_MS = 0.1;
/** A socket that always has connections waiting, or a thread that is never so quick, closes after so many turns. */
const MOST_TURNS = 2_000;

/** One listening socket. */
interface Joined {
  readonly server: Server;
  /** Connections that it took. */
  taken: number;
}

export class JoinedPort {
  private constructor(private readonly sockets: readonly Joined[]) {}

  /** Rejects with the system's error. `connected` gets each connection, as the main thread's server does by its event `connection`. */
  static async join(at: OpenedPort, connected: (socket: Socket) => void, options: JoinPortOptions = {}): Promise<JoinedPort> {
    const { sockets = SOCKETS, onProblem = () => undefined, ...own } = options;
    const joined = Array.from({ length: sockets }, () => {
      const one: Joined = {
        taken: 0,
        server: createServer(own, (socket) => {
          one.taken += 1;
          connected(socket);
        }),
      };
      return one;
    });
    const port = new JoinedPort(joined);
    try {
      for (const { server } of joined) await listenAt(server, { host: at.address, port: at.port, reusePort: true });
      for (const { server } of joined) server.on('error', onProblem);
    } catch (error) {
      for (const { server } of joined) server.close();
      throw error;
    }
    return port;
  }

  /**
   * Takes nothing new; connections that it took go on. The system resets what waits in a socket that closes: each closes in a turn of the event loop in
   * which none waited, and which took no time in which one could have come.
   */
  async close(): Promise<void> {
    let open = this.sockets.map((socket) => ({ socket, taken: -1 }));
    for (let turns = 0, before = performance.now(); open.length > 0; turns += 1) {
      await nextTurn();
      const now = performance.now();
      const mustClose = turns >= MOST_TURNS;
      const isShort = now - before < SHORT_TURN_MS;
      const closing = open.filter(({ socket, taken }) => mustClose || (isShort && socket.taken === taken));
      for (const { socket } of closing) socket.server.close();
      open = open.filter((each) => !closing.includes(each)).map(({ socket }) => ({ socket, taken: socket.taken }));
      before = now;
    }
  }
}
