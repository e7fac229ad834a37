// A plugin's folder on a server whose store has its package: which package it was unpacked from, and whether it holds the same files as another folder.
import { lstat, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { pluginFiles } from '@postroom/sdk/base';
import { packFiles } from '../packages/pluginArchive.js';

/** Comes into the folder before that is moved to its place: both are there, or none. */
const NOTE = '.package.json';

/** Digest of the package that a folder was unpacked from; `undefined` for one that somebody put there. */
export async function unpackedFrom(folder: string): Promise<string | undefined> {
  const text = await readFile(path.join(folder, NOTE), 'utf8').catch(() => '{}');
  try {
    const { sha256 } = JSON.parse(text) as { readonly sha256?: unknown };
    return typeof sha256 === 'string' ? sha256 : undefined;
  } catch {
    return undefined;
  }
}

export function notePackage(folder: string, sha256: string): Promise<void> {
  return writeFile(path.join(folder, NOTE), JSON.stringify({ sha256 }));
}

/** Takes a folder that somebody put there out of the plugins. Answers where it is now. */
export async function setAside(folder: string, now: Date): Promise<string> {
  const aside = path.join(path.dirname(folder), `.local-${path.basename(folder)}-${now.toISOString().replace(/[:.]/g, '-')}`);
  await rename(folder, aside);
  return aside;
}

/** Whether the files of two folders are the same. */
export async function haveSameFiles(one: string, other: string): Promise<boolean> {
  const [files, others] = await Promise.all([filesIn(one), filesIn(other)]);
  if (files === undefined || others === undefined || files.join('\n') !== others.join('\n')) return false;
  for (const file of files) {
    const [octets, same] = await Promise.all([one, other].map((folder) => readFile(path.join(folder, file))));
    if (octets === undefined || same === undefined || !octets.equals(same)) return false;
  }
  return true;
}

/** Packs all of a folder. Rejects with `plugin/package` where files would be missing from the package, and why. */
export async function packWhole(folder: string): Promise<Buffer> {
  const [files, all] = [await pluginFiles(folder), await filesIn(folder)];
  const left = all?.find((file) => !files.includes(file));
  if (all !== undefined && left === undefined) return packFiles(folder, files);
  throw new PostroomError('plugin/package', `${left ?? 'A link'} in ${folder} would not be in its package.`);
}

/** Relative paths, sorted, without the note; `undefined` where there is anything but files and folders. */
async function filesIn(folder: string, below = ''): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(folder, below))) {
    const file = below === '' ? entry : `${below}/${entry}`;
    if (file === NOTE) continue;
    const status = await lstat(path.join(folder, file));
    const files = status.isDirectory() ? await filesIn(folder, file) : status.isFile() ? [file] : undefined;
    if (files === undefined) return undefined;
    found.push(...files);
  }
  return found.sort();
}
