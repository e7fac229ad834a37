// Reads a plugin's package.json, whatever lies there under that name: no more of it than a manifest may have, and nothing that may never end.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { PostroomError } from '../errors.js';

/** Octets of the file. */
export const MOST_MANIFEST_OCTETS = 256 * 1024;

/** What the file holds as JSON. Rejects with `plugin/manifest` where it is too large or no plain file, else as reading and parsing do. */
export async function readManifestFile(file: string): Promise<unknown> {
  // Of a pipe, opening would wait for a writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new PostroomError('plugin/manifest', `${file} is no plain file.`);
    const octets = Buffer.allocUnsafe(MOST_MANIFEST_OCTETS + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < octets.length; length += read) {
      read = (await handle.read(octets, length, octets.length - length)).bytesRead;
    }
    if (length > MOST_MANIFEST_OCTETS) {
      throw new PostroomError('plugin/manifest', `${file} is larger than ${MOST_MANIFEST_OCTETS / 1024} KB; a manifest is small.`);
    }
    return JSON.parse(octets.toString('utf8', 0, length)) as unknown;
  } finally {
    await handle.close();
  }
}
