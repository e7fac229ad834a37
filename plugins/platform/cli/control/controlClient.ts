// The CLI's side of the control socket.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type CommandProgress, PostroomError } from '@postroom/sdk';
import { keyPath, shortName } from './controlPath.js';
import type { ControlReply, ControlRequest } from './controlSession.js';

/** Milliseconds between tries where the server has no room, and how long it is tried. */
const AGAIN_MS = 100;
const PATIENCE_MS = 20_000;

/** What is asked of a server; `octets`: arguments that are files, by name. */
export interface ServerRequest extends Omit<ControlRequest, 'files'> {
  readonly octets?: Readonly<Record<string, Uint8Array>>;
}

type OnProgress = (progress: CommandProgress) => void;

/** Runs a command in the server that uses the data folder. `undefined` where none runs. Rejects as the command does. */
export async function callRunningServer(
  dataDir: string,
  request: ServerRequest,
  onProgress: OnProgress,
): Promise<{ readonly result: unknown } | undefined> {
  const due = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await callOnce(dataDir, request, onProgress);
    if (answer !== 'busy') return answer;
    if (performance.now() > due) {
      throw new PostroomError(
        'command/not-running',
        'Too many programs hold the control socket of the server. Its log says more; try again.',
      );
    }
    await pause(AGAIN_MS);
  }
}

/** Whether a server runs on the data folder. Rejects where one may, and this user is not to know. */
export async function isServerListening(dataDir: string): Promise<boolean> {
  const socket = await dial(dataDir);
  if (socket === 'busy') return true;
  socket?.destroy();
  return socket !== undefined;
}

/** `busy`: there was no room, and nothing was done. */
async function callOnce(
  dataDir: string,
  request: ServerRequest,
  onProgress: OnProgress,
): Promise<{ readonly result: unknown } | undefined | 'busy'> {
  const socket = await dial(dataDir);
  if (socket === undefined || socket === 'busy') return socket;
  try {
    const hasKey = await say(socket, dataDir, request);
    for await (const line of linesOf(socket)) {
      const reply = JSON.parse(line) as ControlReply;
      if ('busy' in reply) return 'busy';
      if ('progress' in reply) {
        onProgress(reply.progress);
      } else if ('error' in reply) {
        const { code, message, fields } = reply.error;
        if (code === 'command/not-allowed' && !hasKey) throw keyMissing(dataDir);
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

/** The key, the request, and its files behind it. False where there is no key yet. */
async function say(socket: Socket, dataDir: string, { octets = {}, ...request }: ServerRequest): Promise<boolean> {
  const key = await readFile(keyPath(dataDir), 'utf8').catch((error: unknown) =>
    (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '',
  );
  const files = Object.fromEntries(Object.entries(octets).map(([name, each]) => [name, each.length]));
  socket.write(`${JSON.stringify({ key })}\n${JSON.stringify({ ...request, files })}\n`);
  for (const each of Object.values(octets)) socket.write(each);
  return key !== undefined;
}

/** What the server says until the connection ends, however it ends: a server that was killed resets it. */
async function* linesOf(socket: Socket): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({ input: socket })) yield line;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
  }
}

/** What a system says where more programs knock than a server has let in yet: one listens, and whoever takes it for dead works beside it. */
const NO_ROOM: readonly unknown[] = ['EAGAIN', 'EBUSY', 'EMFILE', 'ENFILE', 'ENOBUFS'];

/** `undefined` where no server listens, `busy` where one may that has no room now. Rejects where one may, and this user is not to know. */
async function dial(dataDir: string): Promise<Socket | undefined | 'busy'> {
  let short: Awaited<ReturnType<typeof shortName>> | undefined;
  try {
    short = await shortName(dataDir);
    const socket = connect(short.name);
    await once(socket, 'connect');
    // The reader of the socket gets the same error.
    socket.on('error', () => undefined);
    return socket;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (NO_ROOM.includes(code)) return 'busy';
    if (code !== 'EACCES' && code !== 'EPERM') return undefined;
    throw new PostroomError(
      'data/not-writable',
      `You may not use the data folder ${path.resolve(dataDir)}. Run this as the user that runs Postroom, or as root.`,
    );
  } finally {
    await short?.dispose();
  }
}
