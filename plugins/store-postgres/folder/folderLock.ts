// One process a data folder. The lock is a socket in it that the process listens at: the system closes it however the process ends, so that a lock that was left behind
// is told from one that is held by knocking at it.

import { constants } from 'node:fs';
import { access, chmod, open, rm, stat } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import path from 'node:path';
import { type Disposable, PostroomError, sentenceOf } from '@postroom/sdk';
import { makeFolder } from '@postroom/sdk/base';

const FILE = 'store.sock';
/** What every system takes as the name of a Unix socket, in octets. */
const LONGEST_NAME = 103;

export class FolderLock {
  private constructor(
    private readonly server: Server,
    private readonly place: SocketName,
  ) {}

  /** Takes the folder, made where there is none (0700). Throws `data/locked` or `data/not-writable`. */
  static async take(dataDir: string): Promise<FolderLock> {
    await prepareFolder(dataDir);
    const place = await socketName(dataDir);
    try {
      const server = await listen(place.name).catch(async (error: unknown) => {
        if (codeOf(error) !== 'EADDRINUSE') throw notWritable(dataDir, error);
        if (await answers(place.name)) throw locked(dataDir);
        // A process that is gone left it.
        await rm(place.name, { force: true });
        return listen(place.name).catch(() => {
          // Another start was faster.
          throw locked(dataDir);
        });
      });
      return new FolderLock(server, place);
    } catch (error) {
      await place.dispose();
      throw error;
    }
  }

  async close(): Promise<void> {
    // The socket's file goes with it.
    await new Promise((resolve) => this.server.close(resolve));
    await this.place.dispose();
  }
}

type SocketName = Disposable & { readonly name: string };

/** A name that is short enough; it holds until disposed. */
async function socketName(dataDir: string): Promise<SocketName> {
  const file = path.join(path.resolve(dataDir), FILE);
  if (process.platform === 'win32') {
    return { name: `\\\\.\\pipe\\postroom-store-${Buffer.from(file).toString('hex').slice(-60)}`, dispose: () => undefined };
  }
  if (Buffer.byteLength(file) <= LONGEST_NAME) return { name: file, dispose: () => undefined };
  if (process.platform !== 'linux') {
    throw new PostroomError(
      'data/not-writable',
      `The path of the data folder ${dataDir} is too long for a socket in it. Choose a shorter one.`,
    );
  }
  const folder = await open(path.resolve(dataDir), constants.O_RDONLY | constants.O_DIRECTORY);
  return { name: `/proc/self/fd/${folder.fd}/${FILE}`, dispose: () => folder.close() };
}

function listen(name: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    // It holds nothing up: the process may end with it.
    server.listen(name, () => resolve(server.unref()));
  });
}

function answers(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(name, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function prepareFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir, 0o700);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    if (((await stat(dataDir)).mode & 0o077) !== 0) await chmod(dataDir, 0o700);
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

function notWritable(dataDir: string, error: unknown): PostroomError {
  return new PostroomError(
    'data/not-writable',
    `The data folder ${dataDir} can't be written (${sentenceOf(error)}). It must belong to the user that runs Postroom, on a disk that is mounted for writing.`,
    { path: dataDir },
    { cause: error },
  );
}

function locked(dataDir: string): PostroomError {
  return new PostroomError(
    'data/locked',
    `The data folder ${dataDir} is in use by another process. Stop that server first, or use another folder with --data.`,
    { path: dataDir },
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
