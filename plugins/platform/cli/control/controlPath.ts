// Where the control socket is, and its key.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { type Disposable, PostroomError } from '@postroom/sdk';

/** A Unix socket in the data folder; on Windows a pipe named after it. */
export function controlPath(dataDir: string): string {
  const file = path.join(path.resolve(dataDir), 'control.sock');
  return process.platform === 'win32' ? `\\\\.\\pipe\\postroom-${Buffer.from(file).toString('hex').slice(-60)}` : file;
}

export function keyPath(dataDir: string): string {
  return path.join(path.resolve(dataDir), 'control.key');
}

/** What every system takes as the name of a Unix socket, in octets. A longer one Node cuts off, and the socket would stand anywhere. */
const LONGEST_NAME = 103;

/** A name for the socket that is short enough; it holds until disposed. */
export async function shortName(dataDir: string): Promise<Disposable & { readonly name: string }> {
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
