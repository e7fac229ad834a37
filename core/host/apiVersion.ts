// What plugins are written against: the SDK's version, and its files.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SDK_FOLDER } from '../base/places.js';

/** The version of the API that this host speaks: that of the SDK. */
export const API_VERSION: string = sdkFile<{ version: string }>('package.json').version;

/** A file of the SDK, JSON. */
export function sdkFile<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(SDK_FOLDER, name), 'utf8')) as T;
}
