// Where the SDK lies that this server runs with, its files, and the version of the API that plugins are written against.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** This module runs from sdk/dist/base. */
export const SDK_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** The version of the API that this server speaks: that of the SDK. */
export function apiVersion(): string {
  return sdkFile<{ readonly version: string }>('package.json').version;
}

/** A file of the SDK, JSON. */
export function sdkFile<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(SDK_FOLDER, name), 'utf8')) as T;
}
