// boot.json in the data folder: what has to be known before the settings. Optional; without it the platform pack of the product starts.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError, type PropertySchema, sentenceOf } from '@postroom/sdk';
import { didYouMean, shownName } from '@postroom/sdk/base';
import { BOOT_FILE } from '../../base/places.js';
import { parseDocument } from '../../configuration/text/document.js';
import type { InstalledPlugin } from '../manifests/discovery.js';

/** What the file says. */
export interface BootFile {
  /** Ids of plugins to start with, besides the platform pack of the product. */
  readonly enabled: readonly string[];
  /** Ids not to start with, of the platform pack too. */
  readonly disabled: readonly string[];
  /** Ids of strangers' plugins that run inside the host, and may provide services. */
  readonly trusted: readonly string[];
  /** Values of properties of scope `boot`, by key. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The kind of the store, or its address. */
  readonly store?: string;
  /** The name of this server. */
  readonly node?: string;
}

const LISTS = ['enabled', 'disabled', 'trusted'] as const;
const TEXTS = ['store', 'node'] as const;
const KEYS: readonly string[] = [...TEXTS, ...LISTS, 'properties'];
const PLUGIN_ID = /^[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$/;

/** Reads it; empty where there is none. Throws `settings/invalid` with a sentence for each mistake. */
export async function readBootFile(dataDir: string): Promise<BootFile> {
  const file = path.join(dataDir, BOOT_FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // A file in the place of the folder is the store's to tell.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '{}';
    throw wrongBoot(file, [`It cannot be read: ${sentenceOf(error)}`]);
  });
  const { value, problems } = parseDocument(text);
  if (problems.length > 0)
    throw wrongBoot(
      file,
      problems.map(({ line, message }) => (line === undefined ? message : `Line ${line}: ${message}`)),
    );
  const mistakes = mistakesIn(value);
  if (mistakes.length > 0) throw wrongBoot(file, mistakes);
  const { enabled = [], disabled = [], trusted = [], properties = {}, ...texts } = value as Partial<BootFile>;
  return { enabled, disabled, trusted, properties, ...texts };
}

/** Holds the file against the plugins that are installed. Throws `settings/invalid`. */
export async function checkBootFile(dataDir: string, boot: BootFile, installed: readonly InstalledPlugin[]): Promise<void> {
  const ids = installed.map(({ id }) => id);
  const unknown = [...new Set(LISTS.flatMap((list) => boot[list]))].filter((id) => !ids.includes(id));
  const mistakes = [
    ...unknown.map((id) => `No plugin ${shownName(id)} is installed.${didYouMean(id, ids)}`),
    ...(Object.keys(boot.properties).length > 0 ? await propertyMistakes(boot.properties, installed) : []),
  ];
  if (mistakes.length > 0) throw wrongBoot(path.join(dataDir, BOOT_FILE), mistakes);
}

async function propertyMistakes(properties: BootFile['properties'], installed: readonly InstalledPlugin[]): Promise<readonly string[]> {
  // The validator takes its time to get ready, and most files have no properties.
  const { schemaProblem, valueProblem } = await import('../../configuration/checking/validate.js');
  const declared = new Map([...bootProperties(installed)].filter(([, schema]) => schemaProblem(schema) === undefined));
  return Object.entries(properties).flatMap(([key, value]) => {
    const schema = declared.get(key);
    if (schema === undefined) {
      return [
        `"properties" has "${shownName(key)}", which no installed plugin declares with the scope "boot".${didYouMean(key, [...declared.keys()])}`,
      ];
    }
    const problem = valueProblem(schema, value);
    return problem === undefined ? [] : [`"properties" has a wrong value for "${key}": ${problem}.`];
  });
}

/** Properties of scope `boot`, by key; of two declarations the first counts. */
export function bootProperties(installed: readonly InstalledPlugin[]): ReadonlyMap<string, PropertySchema> {
  const declared = new Map<string, PropertySchema>();
  for (const { manifest } of installed) {
    for (const [key, schema] of Object.entries(manifest?.contributes?.configuration?.properties ?? {})) {
      if (schema.scope === 'boot' && !declared.has(key)) declared.set(key, schema);
    }
  }
  return declared;
}

function mistakesIn(value: unknown): readonly string[] {
  if (!isGroup(value)) return ['It must hold one group: { ... }.'];
  const unknown = Object.keys(value).filter((key) => !KEYS.includes(key));
  const { properties = {} } = value;
  return [
    ...unknown.map((key) => `"${shownName(key)}" is no part of it; it knows ${KEYS.join(', ')}.${didYouMean(key, KEYS)}`),
    ...LISTS.filter((list) => value[list] !== undefined && !isIds(value[list])).map(
      (list) => `"${list}" must be a list of plugins' ids, as in ["acme.logins"].`,
    ),
    ...TEXTS.filter((key) => value[key] !== undefined && typeof value[key] !== 'string').map((key) => `"${key}" must be a text.`),
    ...(isGroup(properties) ? [] : ['"properties" must be a group of values by their keys.']),
  ];
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIds(value: unknown): boolean {
  return Array.isArray(value) && value.every((id) => typeof id === 'string' && PLUGIN_ID.test(id));
}

/** `place`: the file, or the variable of the environment. */
export function wrongBoot(place: string, mistakes: readonly string[]): PostroomError {
  return new PostroomError('settings/invalid', `${place} is wrong, and the server does not start with it. ${mistakes.join(' ')}`, {
    path: place,
  });
}
