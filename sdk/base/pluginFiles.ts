// What belongs to a plugin below its folder, as "files" in its manifest says.
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError } from '../errors.js';
import { readManifestFile } from './manifestFile.js';

const MOST_FILES = 2_000;
/** Characters of a path in a manifest. */
const LONGEST_NAME = 500;

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
