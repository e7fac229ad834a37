// Where the files lie that a plugin's process reads: this plugin's code for it, and the SDK.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageFolder, SDK_FOLDER } from '@postroom/sdk/base';

const OWN_FOLDER = packageFolder(import.meta.url);
/** This plugin's code as it was built, a file for each source. */
export const ISOLATION_CODE = path.join(OWN_FOLDER, 'dist');

/** Where Node looks for the SDK, which is in the last of them. */
const LOOKED_INTO = lookedInto(OWN_FOLDER);

/** What of the product a plugin's process reads. */
export const PRODUCT_PARTS: readonly string[] = [
  ISOLATION_CODE,
  path.join(OWN_FOLDER, 'package.json'),
  path.resolve(SDK_FOLDER),
  path.join(LOOKED_INTO.at(-1) ?? '', '@postroom'),
];
/** Not there, which older versions of Node must be allowed to find out on the way to the SDK. */
export const MISSING_PARTS: readonly string[] = LOOKED_INTO.slice(0, -1).map((folder) => path.join(folder, '*'));

function lookedInto(start: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = path.dirname(folder)) {
    const modules = path.join(folder, 'node_modules');
    folders.push(modules);
    if (existsSync(path.join(modules, '@postroom')) || folder === path.dirname(folder)) return folders;
  }
}
