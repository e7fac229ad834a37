// A packed plugin as a document of the store: a line that says what it is, and the file as somebody added it. Pure.
import { createHash } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';

export interface PluginPackage {
  /** `publisher.name` */
  readonly plugin: string;
  readonly version: string;
  /** Of `octets`, in hex digits. */
  readonly sha256: string;
  readonly author: string;
  readonly octets: Uint8Array;
}

const FOLDER = 'plugins/';
const ENDING = '.tgz';
const PLUGIN_ID = /^[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$/;
const LF = 0x0a;
/** Octets of the first line. */
const LONGEST_HEAD = 4_096;

export const PACKAGES = FOLDER;

export function packageName(plugin: string): string {
  return `${FOLDER}${plugin}${ENDING}`;
}

/** The plugin of a document; `undefined` for one that is no package. */
export function pluginOf(name: string): string | undefined {
  const plugin = name.slice(FOLDER.length, -ENDING.length);
  return name === packageName(plugin) && PLUGIN_ID.test(plugin) ? plugin : undefined;
}

export function packageOf(octets: Uint8Array, about: Pick<PluginPackage, 'plugin' | 'version' | 'author'>): PluginPackage {
  return { ...about, sha256: digestOf(octets), octets };
}

export function packageDocument({ octets, ...head }: PluginPackage): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), octets]);
}

/** Throws `plugin/package` where it is not what was added. */
export function readPackage(plugin: string, document: Uint8Array): PluginPackage {
  const end = document.subarray(0, LONGEST_HEAD).indexOf(LF);
  const octets = document.subarray(end + 1);
  const head = headIn(Buffer.from(document.subarray(0, Math.max(end, 0))).toString());
  const { version, sha256, author } = head;
  if (head['plugin'] === plugin && typeof version === 'string' && typeof author === 'string' && sha256 === digestOf(octets)) {
    return { plugin, version, sha256, author, octets };
  }
  throw new PostroomError(
    'plugin/package',
    `The package of ${plugin} in the store is damaged: it is not what was added. Add it again: postroom plugins add FILE.`,
    { plugin },
  );
}

function headIn(line: string): Readonly<Record<string, unknown>> {
  try {
    const head: unknown = JSON.parse(line);
    return typeof head === 'object' && head !== null ? (head as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function digestOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}
