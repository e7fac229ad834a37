// A plugin as one file: a gzipped tar with everything below `package/`, as npm packs. Reading one trusts nothing in it.
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { isNoRoom } from '@postroom/sdk/base';
import { create, extract } from 'tar';

/** Limits of a plugin, unpacked and packed. */
const MOST_FILES = 2_000;
const MOST_OCTETS = 50 * 2 ** 20;
const MOST_PACKED = 20 * 2 ** 20;
/** Same files, same archive: when they were made does not count. */
const NO_TIME = new Date('2000-01-01T00:00:00Z');

/** Packs files below a folder. */
export async function packFiles(folder: string, files: readonly string[]): Promise<Buffer> {
  const packed = await buffer(
    Readable.from(create({ gzip: true, cwd: folder, prefix: 'package', portable: true, mtime: NO_TIME, strict: true }, [...files])),
  );
  if (packed.length > MOST_PACKED) {
    throw new PostroomError('plugin/package', `${folder} is ${packed.length} octets packed; at most ${MOST_PACKED} are allowed.`);
  }
  return packed;
}

/** Unpacks into a folder that exists and is empty. Rejects with `plugin/package`; what was unpacked until then is the caller's to remove. */
export async function unpackPlugin(octets: Uint8Array, folder: string): Promise<void> {
  let files = 0;
  let size = 0;
  let refusal: string | undefined;
  const extraction = extract({
    cwd: folder,
    strip: 1,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    filter: (name, entry) => {
      files += 1;
      size += entry.size ?? 0;
      const type = 'type' in entry ? entry.type : 'File';
      refusal ??= refusalOf(name, type, files, size);
      return refusal === undefined;
    },
  });
  try {
    if (octets.length > MOST_PACKED) {
      throw new Error(`it has ${octets.length} octets, and at most ${MOST_PACKED} are read`);
    }
    await pipeline(Readable.from([octets]), extraction);
  } catch (error) {
    // It says nothing about the archive.
    if (isNoRoom(error)) throw error;
    const reason = sentenceOf(error)
      .replace(/^TAR_\w+: /, '')
      .replace(/\.$/, '');
    throw new PostroomError(
      'plugin/package',
      `This is no packed plugin: ${reason}. Give a folder, or the .tgz that "postroom plugins pack" made.`,
    );
  }
  if (refusal !== undefined) {
    throw new PostroomError('plugin/package', `The packed plugin is refused: ${refusal}.`);
  }
}

function refusalOf(name: string, type: string, files: number, size: number): string | undefined {
  if (!['File', 'OldFile', 'Directory'].includes(type)) {
    return `${name} is a ${type}; a plugin holds files and folders only`;
  }
  if (name.split(/[\\/]/).includes('..') || path.isAbsolute(name) || name.includes('\0')) {
    return `${name} leads out of its folder`;
  }
  if (files > MOST_FILES) {
    return `it holds more than ${MOST_FILES} files`;
  }
  return size > MOST_OCTETS ? `it holds more than ${MOST_OCTETS / 2 ** 20} MB` : undefined;
}
