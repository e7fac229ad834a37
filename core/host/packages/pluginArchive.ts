// A plugin as one file: a gzipped tar with everything below `package/`, as npm packs. Reading one trusts nothing in it.
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { isNoRoom } from '@postroom/sdk/base';
import { create, extract } from 'tar';
import { readManifestFile } from '../manifestFile.js';

/** Limits of a plugin, unpacked and packed. */
const MOST_FILES = 2_000;
const MOST_OCTETS = 50 * 2 ** 20;
const MOST_PACKED = 20 * 2 ** 20;
/** Characters of a path in a manifest. */
const LONGEST_NAME = 500;
/** Same files, same archive: when they were made does not count. */
const NO_TIME = new Date('2000-01-01T00:00:00Z');

/** What belongs to a plugin below `folder`, sorted: relative paths with slashes. Rejects with `plugin/package` where it may not be packed. */
export async function pluginFiles(folder: string): Promise<readonly string[]> {
  const manifest = (await readManifestFile(path.join(folder, 'package.json'))) as Readonly<Record<'files' | 'bundleDependencies', unknown>>;
  const wanted = namesIn(manifest.files)?.map((each) => each.replace(/^\.\//, '').replace(/\/?\*{0,2}$/, ''));
  const bundled = (namesIn(manifest.bundleDependencies) ?? []).map((each) => `node_modules/${each}`);
  const isWanted = (file: string): boolean =>
    bundled.some((each) => file.startsWith(`${each}/`)) ||
    (!file.startsWith('node_modules/') &&
      !/(^|\/)\.|\.tgz$/.test(file) &&
      (wanted === undefined ||
        /^(package\.json|(readme|licen[cs]e|changelog)[^/]*)$/i.test(file) ||
        wanted.some((each) => file === each || file.startsWith(`${each}/`))));
  const isNeeded = (directory: string): boolean =>
    directory.split('/')[0] !== 'node_modules' || bundled.some((each) => each.startsWith(directory) || directory.startsWith(each));
  return (await walk(folder, '', isNeeded)).filter(isWanted).sort();
}

/** A list of paths as a manifest has it; `undefined` for none. */
function namesIn(list: unknown): readonly string[] | undefined {
  if (!Array.isArray(list)) return undefined;
  return list.filter((each): each is string => typeof each === 'string' && each.length <= LONGEST_NAME).slice(0, MOST_FILES);
}

async function walk(folder: string, below: string, isNeeded: (directory: string) => boolean): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(folder, below))) {
    const file = below === '' ? entry : `${below}/${entry}`;
    if (entry.startsWith('.') || !isNeeded(file)) {
      continue;
    }
    const status = await lstat(path.join(folder, file));
    if (status.isDirectory()) {
      found.push(...(await walk(folder, file, isNeeded)));
    } else if (status.isFile()) {
      found.push(file);
    } else {
      throw new PostroomError(
        'plugin/package',
        `${path.join(folder, file)} is a link or no plain file; a plugin holds files and folders only.`,
      );
    }
    if (found.length > MOST_FILES) {
      throw new PostroomError('plugin/package', `${folder} holds more than ${MOST_FILES} files. Name those of the plugin under "files".`);
    }
  }
  return found;
}

/** Packs a folder. */
export async function packFolder(folder: string): Promise<Buffer> {
  const files = await pluginFiles(folder);
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
