// The code of a plugin that runs inside the host.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { linkSdk } from '@postroom/sdk/base';
import { bundledModule } from '../../base/places.js';
import type { InstalledPlugin } from '../manifests/discovery.js';

/** Imports its main module: of the product's own the one that was put into few files. */
export async function importPlugin({ folder, bundled }: Pick<InstalledPlugin, 'folder' | 'bundled'>, main: string): Promise<unknown> {
  if (!bundled) await linkSdk(path.dirname(folder));
  const file = path.join(folder, main);
  return import(pathToFileURL(bundled ? bundledModule(file) : file).href);
}
