// Clients that connect, say a line, hear it, and connect again: as many at a time as wanted, until they are told to stop.
import { connect } from 'node:net';

/** A session that says nothing for so long hangs. */
const PATIENCE_MS = 10_000;

/**
 * `refused`: nobody listened. `unserved`: taken by the system and given up without a greeting. `cut`: ended after the greeting and before the answer.
 */
export type SessionEnd = 'served' | 'refused' | 'unserved' | 'cut';

export interface Session {
  readonly end: SessionEnd;
  /** Who greeted: `main`, `door 3`. */
  readonly by: string | undefined;
  /** By performance.now(). */
  readonly began: number;
  readonly ended: number;
}

export class Storm {
  readonly sessions: Session[] = [];
  readonly #clients: Promise<unknown>;
  #isOver = false;

  constructor(port: number, clients: number) {
    const client = async (): Promise<void> => {
      while (!this.#isOver) this.sessions.push(await session(port));
    };
    this.#clients = Promise.all(Array.from({ length: clients }, client));
  }

  /** Resolves with all sessions when the last one has ended. */
  async stop(): Promise<readonly Session[]> {
    this.#isOver = true;
    await this.#clients;
    return this.sessions;
  }
}

function session(port: number): Promise<Session> {
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let heard = '';
    let isRefused = false;
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (piece) => {
      const isGreeting = !heard.includes('\n');
      heard += String(piece);
      if (isGreeting && heard.includes('\n')) socket.write('hello\n');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      isRefused = error.code === 'ECONNREFUSED';
    });
    socket.on('close', () => {
      const [by, answer] = heard.split('\n');
      const end = isRefused ? 'refused' : answer === 'hello' ? 'served' : heard.includes('\n') ? 'cut' : 'unserved';
      resolve({ end, by: heard.includes('\n') ? by : undefined, began, ended: performance.now() });
    });
  });
}
