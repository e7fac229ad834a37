// Reads one plugin's package.json. Never throws: a broken plugin is a fact to show.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type PluginManifest, PostroomError, sentenceOf } from '@postroom/sdk';
import { readManifestFile } from '@postroom/sdk/base';
import type { ManifestReading } from './manifestCheck.js';
import { manifestLimitProblem } from './manifestLimits.js';

/** Reads and checks the manifest in `folder`. One of the product's own is taken for whole: a test checks those, not every start. */
export async function readManifest(folder: string, bundled = false): Promise<ManifestReading> {
  const file = path.join(folder, 'package.json');
  try {
    // At once, not through the thread pool: there are dozens at every start, small, and on the product's own disk.
    if (bundled) return { manifest: JSON.parse(readFileSync(file, 'utf8')) as PluginManifest, problems: [] };
    const value = await readManifestFile(file);
    const problem = manifestLimitProblem(value);
    if (problem !== undefined) return unreadable(problem);
    const { checkManifest } = await import('./manifestCheck.js');
    return checkManifest(value);
  } catch (error) {
    if (error instanceof PostroomError) return unreadable(error.message);
    const { code } = error as { readonly code?: unknown };
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return unreadable(`There is no ${file}: a plugin is a folder that holds a package.json. "postroom plugins new" makes one.`);
    }
    return unreadable(`${file} cannot be read as a manifest: ${sentenceOf(error)}`);
  }
}

function unreadable(problem: string): ManifestReading {
  return { manifest: undefined, problems: [problem] };
}
