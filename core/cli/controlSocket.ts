// How the CLI reaches a running server: lines of JSON over a socket in the data folder that only the server's user may open.
import { chmod, unlink } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type CommandProgress, type Disposable, type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import type { Server } from '../bootstrap.js';

interface Request {
  readonly command: string;
  readonly args: unknown;
  readonly author: string;
}
type Reply =
  | { readonly progress: CommandProgress }
  | { readonly result: unknown }
  | { readonly error: { readonly code: ErrorCode | undefined; readonly message: string } };

/** A Unix socket in the data folder; on Windows a pipe named after it. */
export function controlPath(dataDir: string): string {
  const file = path.join(path.resolve(dataDir), 'control.sock');
  return process.platform === 'win32' ? `\\\\.\\pipe\\postroom-${Buffer.from(file).toString('hex').slice(-60)}` : file;
}

/** Serves commands until disposed. The data folder's lock guarantees that a socket found there is a dead server's. */
export async function serveControl(server: Server): Promise<Disposable> {
  const file = controlPath(server.dataDir);
  await unlink(file).catch(() => undefined);
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    answer(socket, server);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(file, resolve);
  });
  await chmod(file, 0o600).catch(() => undefined);
  return {
    dispose: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      // What was said is sent; a client that stays on the line does not keep the server up.
      for (const socket of sockets) {
        socket.destroySoon();
      }
      await closed;
    },
  };
}

function answer(socket: Socket, server: Server): void {
  const send = (reply: Reply): void => void socket.write(`${JSON.stringify(reply)}\n`);
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  createInterface({ input: socket }).once('line', (line) => {
    void (async () => {
      try {
        const { command, args, author } = JSON.parse(line) as Request;
        const call = { author, signal: gone.signal, progress: (progress: CommandProgress) => send({ progress }) };
        send({ result: (await server.run(command, args, call)) ?? {} });
      } catch (error) {
        send({ error: { code: error instanceof PostroomError ? error.code : undefined, message: sentenceOf(error) } });
      }
      socket.end();
    })();
  });
}

/** Runs a command in the server that uses the data folder. `undefined` where none runs. Rejects as the command does. */
export async function callRunningServer(
  dataDir: string,
  request: Request,
  onProgress: (progress: CommandProgress) => void,
): Promise<{ readonly result: unknown } | undefined> {
  const socket = await new Promise<Socket | undefined>((resolve) => {
    const trying = connect(controlPath(dataDir));
    trying.once('connect', () => resolve(trying));
    trying.once('error', () => resolve(undefined));
  });
  if (socket === undefined) {
    return undefined;
  }
  socket.write(`${JSON.stringify(request)}\n`);
  try {
    for await (const line of createInterface({ input: socket })) {
      const reply = JSON.parse(line) as Reply;
      if ('progress' in reply) {
        onProgress(reply.progress);
      } else if ('error' in reply) {
        throw reply.error.code === undefined ? new Error(reply.error.message) : new PostroomError(reply.error.code, reply.error.message);
      } else {
        return { result: reply.result };
      }
    }
    throw new PostroomError('command/not-running', 'The server went away before it answered. "postroom status" shows whether it runs.');
  } finally {
    socket.destroy();
  }
}
