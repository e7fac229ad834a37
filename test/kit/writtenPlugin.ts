// A plugin as a folder on disk, with the modules that a test gives it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PluginManifest } from '@postroom/sdk';

/** Writes `folder/NAME`, of the publisher `acme`; `modules`: texts by name. */
export async function writePlugin(
  folder: string,
  name: string,
  more: Partial<PluginManifest>,
  modules: Readonly<Record<string, string>> = {},
): Promise<void> {
  const place = path.join(folder, name);
  const about = { displayName: name, description: `About ${name}.`, engines: { postroom: '^1.0.0' } };
  await mkdir(place, { recursive: true });
  await writeFile(
    path.join(place, 'package.json'),
    JSON.stringify({ name, publisher: 'acme', version: '1.0.0', type: 'module', ...about, ...more }),
  );
  for (const [file, text] of Object.entries(modules)) await writeFile(path.join(place, file), text);
}
