// How the CLI reaches a running server: lines of JSON over a socket in the data folder. The key file beside it authorizes: isolated plugins run as
// the server's user and could open the socket, but they cannot read that file.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, unlink } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { BoundedLog, ConnectionGate, type Disposable, openFiles, Refusals } from '@postroom/sdk';
import { Clock, Log, type ProgramServer } from '@postroom/sdk/services';
import { keepControlKey } from './controlKey.js';
import { CONTROL_LIMITS } from './controlLimits.js';
import { controlPath, keyPath, shortName } from './controlPath.js';
import { answerControl, type ControlReply } from './controlSession.js';

export { callRunningServer } from './controlClient.js';
export { controlPath } from './controlPath.js';

const LIMITS = {
  connections: CONTROL_LIMITS.connections,
  // All have the same address, which is none.
  connectionsPerAddress: CONTROL_LIMITS.connections,
  connectionsBeforeLogin: CONTROL_LIMITS.connections,
};
const BUSY = `${JSON.stringify({ busy: true } satisfies ControlReply)}\n`;

/** Serves commands until disposed. The data folder's lock guarantees that a socket found there is a dead server's. */
export async function serveControl(server: ProgramServer): Promise<Disposable> {
  const file = controlPath(server.dataDir);
  await unlink(file).catch(() => undefined);
  const key = randomBytes(32).toString('hex');
  const kept = await keepControlKey(server, keyPath(server.dataDir), key);
  const port = new ControlPort(server, key);
  const listener = createServer((socket) => port.admit(socket));
  const short = await shortName(server.dataDir);
  try {
    await once(listener.listen(short.name), 'listening');
  } catch (error) {
    await short.dispose();
    throw error;
  }
  listener.on('error', (error) => server.get(Log).warn('The control socket failed at a connection.', { problem: error.message }));
  await chmod(file, 0o600).catch(() => undefined);
  return {
    dispose: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      port.close();
      await closed;
      await short.dispose();
      await kept.dispose();
    },
  };
}

/** Lets clients in, a few at a time. */
class ControlPort {
  readonly #sockets = new Set<Socket>();
  readonly #gate = new ConnectionGate(openFiles().share('control'));
  readonly #refusals = new Refusals();
  readonly #complaints: BoundedLog;

  constructor(
    private readonly server: ProgramServer,
    private readonly key: string,
  ) {
    this.#complaints = new BoundedLog(server.get(Log), server.get(Clock));
  }

  admit(socket: Socket): void {
    let isIn = true;
    const guest = this.#gate.admit('', LIMITS, () => {
      isIn = false;
      this.#refuse(socket);
    });
    if (guest === undefined) return this.#refuse(socket);
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      guest.left();
      this.#sockets.delete(socket);
    });
    const known = (): boolean => {
      guest.known();
      return isIn;
    };
    void answerControl(socket, { server: this.server, key: this.key, known });
  }

  /** What was said is sent; a client that stays on the line does not keep the server up. */
  close(): void {
    this.#complaints.dispose();
    for (const socket of this.#sockets) socket.destroySoon();
  }

  #refuse(socket: Socket): void {
    this.#complaints.warn('refused', 'A connection to the control socket was refused: too many are open that have not shown the key.');
    this.#refusals.refuse(socket, BUSY);
  }
}
