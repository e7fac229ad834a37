// How the CLI reaches a running server: lines of JSON over a socket in the data folder. Who may read the key beside it may command: plugins in
// processes of their own run as the server's user and could open the socket, but not the file.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { chmod, open, readFile, unlink } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type CommandProgress, type Disposable, type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import { service } from '../base/bindings.js';
import type { Server } from '../bootstrap.js';
import { SettingsService } from '../configuration/settingsService.js';
import { keepControlKey } from './controlKey.js';

interface Request {
  readonly command: string;
  readonly args: unknown;
  readonly author: string;
}
type Reply =
  | { readonly progress: CommandProgress }
  | { readonly result: unknown }
  | { readonly error: { readonly code: ErrorCode | undefined; readonly message: string; readonly fields?: PostroomError['fields'] } };

/** A Unix socket in the data folder; on Windows a pipe named after it. */
export function controlPath(dataDir: string): string {
  const file = path.join(path.resolve(dataDir), 'control.sock');
  return process.platform === 'win32' ? `\\\\.\\pipe\\postroom-${Buffer.from(file).toString('hex').slice(-60)}` : file;
}

/** What every system takes as the name of a Unix socket, in octets. A longer one Node cuts off, and the socket would stand anywhere. */
const LONGEST_NAME = 103;

/** A name for the socket that is short enough; it holds until disposed. */
async function shortName(dataDir: string): Promise<Disposable & { readonly name: string }> {
  const name = controlPath(dataDir);
  if (process.platform === 'win32' || Buffer.byteLength(name) <= LONGEST_NAME) return { name, dispose: () => undefined };
  if (process.platform !== 'linux') {
    throw new PostroomError(
      'data/not-writable',
      `The path of the data folder ${dataDir} is too long for a socket in it. Choose a shorter one.`,
    );
  }
  const folder = await open(path.resolve(dataDir), constants.O_RDONLY | constants.O_DIRECTORY);
  return { name: `/proc/self/fd/${folder.fd}/${path.basename(name)}`, dispose: () => folder.close() };
}

function keyPath(dataDir: string): string {
  return path.join(path.resolve(dataDir), 'control.key');
}

function isKey(shown: unknown, key: string): boolean {
  return typeof shown === 'string' && shown.length === key.length && timingSafeEqual(Buffer.from(shown), Buffer.from(key));
}

/** Serves commands until disposed. The data folder's lock guarantees that a socket found there is a dead server's. */
export async function serveControl(server: Server): Promise<Disposable> {
  const file = controlPath(server.dataDir);
  await unlink(file).catch(() => undefined);
  const key = randomBytes(32).toString('hex');
  const kept = await keepControlKey(server, keyPath(server.dataDir), key);
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    answer(socket, server, key);
  });
  const short = await shortName(server.dataDir);
  try {
    await once(listener.listen(short.name), 'listening');
  } catch (error) {
    await kept.dispose();
    await short.dispose();
    throw error;
  }
  await chmod(file, 0o600).catch(() => undefined);
  return {
    dispose: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      // What was said is sent; a client that stays on the line does not keep the server up.
      for (const socket of sockets) {
        socket.destroySoon();
      }
      await closed;
      await short.dispose();
      await kept.dispose();
    },
  };
}

function answer(socket: Socket, server: Server, key: string): void {
  const send = (reply: Reply): void => void socket.write(`${JSON.stringify(reply)}\n`);
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  createInterface({ input: socket }).once('line', (line) => {
    void (async () => {
      try {
        const { command, args, author, key: shown } = JSON.parse(line) as Request & { readonly key?: unknown };
        if (!isKey(shown, key)) {
          throw new PostroomError('command/not-allowed', `Only who may read ${keyPath(server.dataDir)} may command this server.`);
        }
        // Whoever edited the file a moment ago means that text.
        await service(server.container, SettingsService).reload();
        const call = { author, signal: gone.signal, progress: (progress: CommandProgress) => send({ progress }) };
        send({ result: (await server.run(command, args, call)) ?? {} });
      } catch (error) {
        const { code, fields } = error instanceof PostroomError ? error : {};
        send({ error: { code, message: sentenceOf(error), ...(fields && { fields }) } });
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
  const socket = await dial(dataDir);
  if (socket === undefined) {
    return undefined;
  }
  try {
    const key = await readFile(keyPath(dataDir), 'utf8').catch((error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '',
    );
    socket.write(`${JSON.stringify({ ...request, key })}\n`);
    for await (const line of linesOf(socket)) {
      const reply = JSON.parse(line) as Reply;
      if ('progress' in reply) {
        onProgress(reply.progress);
      } else if ('error' in reply) {
        const { code, message, fields } = reply.error;
        if (code === 'command/not-allowed' && key === undefined) throw keyMissing(dataDir);
        throw code === undefined ? new Error(message) : new PostroomError(code, message, fields);
      } else {
        return { result: reply.result };
      }
    }
    throw new PostroomError('command/not-running', 'The server went away before it answered. "postroom status" shows whether it runs.');
  } finally {
    socket.destroy();
  }
}

/** Who may not read it is told so by the server. */
function keyMissing(dataDir: string): PostroomError {
  return new PostroomError(
    'command/not-running',
    `The server on ${path.resolve(dataDir)} cannot be reached yet: it writes ${keyPath(dataDir)} as soon as its disk has room for it. Make room, and try again in a few seconds.`,
  );
}

/** What the server says until the connection ends, however it ends: a server that was killed resets it. */
async function* linesOf(socket: Socket): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({ input: socket })) yield line;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}

/** `undefined` where no server listens. Rejects where one may, and this user is not to know. */
async function dial(dataDir: string): Promise<Socket | undefined> {
  let short: Awaited<ReturnType<typeof shortName>> | undefined;
  try {
    short = await shortName(dataDir);
    const socket = connect(short.name);
    await once(socket, 'connect');
    // Whoever reads from it meets the same error there.
    socket.on('error', () => undefined);
    return socket;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') return undefined;
    throw new PostroomError(
      'data/not-writable',
      `You may not use the data folder ${path.resolve(dataDir)}. Run this as the user that runs Postroom, or as root.`,
    );
  } finally {
    await short?.dispose();
  }
}
