// Reads one plugin's package.json and says, in sentences, what is wrong with it. Never throws: a broken plugin is a fact to show.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type PluginManifest, sentenceOf } from '@postroom/sdk';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import semver from 'semver';

/** The version of the API that this host speaks: that of the SDK. */
export const API_VERSION: string = sdkFile<{ version: string }>('package.json').version;

export interface ManifestReading {
  readonly manifest: PluginManifest | undefined;
  readonly problems: readonly string[];
}

const MAX_MANIFEST_BYTES = 256 * 1024;
let validator: ValidateFunction | undefined;

/** Reads and checks the manifest in `folder`. */
export async function readManifest(folder: string): Promise<ManifestReading> {
  const file = path.join(folder, 'package.json');
  try {
    const text = await readFile(file, 'utf8');
    return text.length > MAX_MANIFEST_BYTES
      ? unreadable(`${file} is larger than 256 KB; a manifest is small.`)
      : checkManifest(JSON.parse(text));
  } catch (error) {
    return unreadable(`${file} cannot be read as a manifest: ${sentenceOf(error)}`);
  }
}

/** Checks a manifest that has been read already. */
export function checkManifest(value: unknown): ManifestReading {
  validator ??= new Ajv({ allErrors: true, strict: false, validateSchema: false }).compile(sdkFile<object>('plugin.schema.json'));
  if (!validator(value)) {
    return { manifest: undefined, problems: [...new Set((validator.errors ?? []).flatMap(sentenceFor))] };
  }
  const manifest = value as PluginManifest;
  const problems: string[] = [];
  if (semver.validRange(manifest.engines.postroom) === null) {
    problems.push(`engines.postroom "${manifest.engines.postroom}" is no version range; "^${API_VERSION}" is one.`);
  } else if (!semver.satisfies(API_VERSION, manifest.engines.postroom)) {
    problems.push(
      `It needs API ${manifest.engines.postroom}; this server has ${API_VERSION}. Install a version of the plugin for this API.`,
    );
  }
  if (manifest.main === undefined && (manifest.contributes?.taps ?? manifest.contributes?.commands) !== undefined) {
    problems.push('It contributes taps or commands but names no "main" module to supply them.');
  }
  problems.push(
    ...doubles(
      manifest.contributes?.taps?.map((tap) => `${tap.hook} ${tap.name}`),
      'tap',
    ),
  );
  problems.push(
    ...doubles(
      manifest.contributes?.commands?.map((command) => command.command),
      'command',
    ),
  );
  return { manifest, problems };
}

/** `publisher.name` */
export function pluginId(manifest: Pick<PluginManifest, 'name' | 'publisher'>): string {
  return `${manifest.publisher}.${manifest.name}`;
}

function unreadable(problem: string): ManifestReading {
  return { manifest: undefined, problems: [problem] };
}

function sentenceFor(error: ErrorObject): readonly string[] {
  if (error.keyword === 'if' || error.keyword === 'anyOf') {
    return error.keyword === 'anyOf' ? [`package.json ${error.instancePath || '/'} needs a title or a description.`] : [];
  }
  const place = error.instancePath === '' ? 'package.json' : `package.json ${error.instancePath}`;
  if (error.keyword === 'additionalProperties') {
    return [`${place} has "${String(error.params['additionalProperty'])}", which is not part of a manifest.`];
  }
  if (error.keyword === 'enum') {
    return [`${place} must be one of ${(error.params['allowedValues'] as unknown[]).join(', ')}.`];
  }
  return [`${place} ${error.message ?? 'is wrong'}.`];
}

function doubles(names: readonly string[] | undefined, what: string): readonly string[] {
  const twice = (names ?? []).filter((name, index, all) => all.indexOf(name) !== index);
  return [...new Set(twice)].map((name) => `It declares the ${what} ${name} twice.`);
}

function sdkFile<T>(name: string): T {
  const index = createRequire(import.meta.url).resolve('@postroom/sdk');
  return JSON.parse(readFileSync(path.join(path.dirname(index), '..', name), 'utf8')) as T;
}
