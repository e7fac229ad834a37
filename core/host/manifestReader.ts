// Reads one plugin's package.json. Never throws: a broken plugin is a fact to show.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type PluginManifest, sentenceOf } from '@postroom/sdk';
import type { ManifestReading } from './manifestCheck.js';

const MAX_MANIFEST_BYTES = 256 * 1024;

/** Reads and checks the manifest in `folder`. One of the product's own is taken for whole: a test checks those, not every start. */
export async function readManifest(folder: string, bundled = false): Promise<ManifestReading> {
  const file = path.join(folder, 'package.json');
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > MAX_MANIFEST_BYTES) {
      return unreadable(`${file} is larger than 256 KB; a manifest is small.`);
    }
    if (bundled) {
      return { manifest: JSON.parse(text) as PluginManifest, problems: [] };
    }
    const { checkManifest } = await import('./manifestCheck.js');
    return checkManifest(JSON.parse(text));
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return unreadable(`There is no ${file}: a plugin is a folder that holds a package.json. "postroom plugins new" makes one.`);
    }
    return unreadable(`${file} cannot be read as a manifest: ${sentenceOf(error)}`);
  }
}

/** `publisher.name` */
export function pluginId(manifest: Pick<PluginManifest, 'name' | 'publisher'>): string {
  return `${manifest.publisher}.${manifest.name}`;
}

function unreadable(problem: string): ManifestReading {
  return { manifest: undefined, problems: [problem] };
}
