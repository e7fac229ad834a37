// A door's part of a port that the main thread has open: listening sockets of its own, which it can close without losing a connection.
import { createServer, type Server, type ServerOpts, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { listen } from './sharedPort.js';

/** Where the main thread's server listens, as its `address()` says. */
export interface OpenedPort {
  readonly address: string;
  readonly port: number;
}

export interface JoinOptions extends Pick<ServerOpts, 'allowHalfOpen' | 'noDelay' | 'pauseOnConnect'> {
  /** Listening sockets. The system deals connections out evenly among all sockets of the port, of which the main thread has one. */
  readonly sockets?: number;
}

const SOCKETS = 4;
/** A turn of the event loop that took no longer leaves hardly time for a connection to come after the sockets were read. */
const SHORT_TURN_MS = 0.2;
/** A thread that is never so quick closes them after so many turns. */
const MOST_TURNS = 1_000;

export class JoinedPort {
  private constructor(private readonly servers: readonly Server[]) {}

  /** Rejects with the system's error. `connected` gets each connection, as the main thread's server does by its event `connection`. */
  static async join(at: OpenedPort, connected: (socket: Socket) => void, options: JoinOptions = {}): Promise<JoinedPort> {
    const { sockets = SOCKETS, ...own } = options;
    const servers = Array.from({ length: sockets }, () => createServer(own, connected));
    const port = new JoinedPort(servers);
    try {
      for (const server of servers) await listen(server, { host: at.address, port: at.port, reusePort: true });
    } catch (error) {
      await port.close();
      throw error;
    }
    return port;
  }

  /** Takes nothing new; connections that it took go on. Closes right after the sockets were read: the system resets what waits in one. */
  async close(): Promise<void> {
    for (let turns = 0, before = Number.NEGATIVE_INFINITY; turns < MOST_TURNS; turns += 1) {
      await nextTurn();
      const now = performance.now();
      if (now - before < SHORT_TURN_MS) break;
      before = now;
    }
    for (const server of this.servers) if (server.listening) server.close();
  }
}
