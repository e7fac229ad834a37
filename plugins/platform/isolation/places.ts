// Where the files lie that a plugin's process reads: this plugin's code for it, and the SDK. This module runs from many files or from few.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SDK_FOLDER } from '@postroom/sdk/base';

/** The folders from `start` upwards, to the first for which `isLast`. */
function upwards(start: string, isLast: (folder: string) => boolean): readonly string[] {
  const folders = [start];
  for (let folder = start; !isLast(folder) && path.dirname(folder) !== folder; ) {
    folder = path.dirname(folder);
    folders.push(folder);
  }
  return folders;
}

const OWN_FOLDER =
  upwards(path.dirname(fileURLToPath(import.meta.url)), (folder) => existsSync(path.join(folder, 'package.json'))).at(-1) ?? '';
/** This plugin's code as it was built, a file for each source. */
export const BUILT_FOLDER = path.join(OWN_FOLDER, 'dist');

/** Where Node looks for the SDK, which is in the last of them. */
const LOOKED_INTO = upwards(OWN_FOLDER, (folder) => existsSync(path.join(folder, 'node_modules', '@postroom'))).map((folder) =>
  path.join(folder, 'node_modules'),
);

/** What of the product a plugin's process reads. */
export const PRODUCT_PARTS: readonly string[] = [
  BUILT_FOLDER,
  path.join(OWN_FOLDER, 'package.json'),
  path.resolve(SDK_FOLDER),
  path.join(LOOKED_INTO.at(-1) ?? '', '@postroom'),
];
/** Not there, which older versions of Node must be allowed to find out on the way to the SDK. */
export const MISSING_PARTS: readonly string[] = LOOKED_INTO.slice(0, -1).map((folder) => path.join(folder, '*'));
