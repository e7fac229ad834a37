// Finds plugins: the product's own beside this code, strangers' in the data folder. A folder with a package.json is one.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { PluginManifest } from '@postroom/sdk';
import { pluginId, readManifest } from './manifestReader.js';

/** A plugin that was found, whether or not it can be used. */
export interface InstalledPlugin {
  /** `publisher.name`; the folder's name where the manifest does not say. */
  readonly id: string;
  readonly folder: string;
  readonly manifest: PluginManifest | undefined;
  /** Part of the product: runs inside the host. Others run in a process of their own. */
  readonly bundled: boolean;
  /** Sentences; a plugin with any can't be activated. */
  readonly problems: readonly string[];
}

/** Reads every manifest below the folders. Of two with one id the first stays, and the second says so. */
export async function discoverPlugins(bundledFolder: string, strangersFolder: string): Promise<readonly InstalledPlugin[]> {
  const found = [...(await readFolder(bundledFolder, true)), ...(await readFolder(strangersFolder, false))];
  const byId = new Map<string, InstalledPlugin>();
  const twice: InstalledPlugin[] = [];
  for (const plugin of found) {
    const first = byId.get(plugin.id);
    if (first === undefined) {
      byId.set(plugin.id, plugin);
    } else {
      twice.push({
        ...plugin,
        id: `${plugin.id} (${path.basename(plugin.folder)})`,
        problems: [...plugin.problems, `${plugin.folder} has the id ${plugin.id}, as ${first.folder} has. Remove one of the two.`],
      });
    }
  }
  return [...byId.values(), ...twice];
}

async function readFolder(folder: string, bundled: boolean): Promise<readonly InstalledPlugin[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  // A link is followed among the product's own only: a stranger's process may read the plugin's folder and nothing that it leads to.
  const folders = entries
    .filter(
      (entry) =>
        (entry.isDirectory() || (bundled && entry.isSymbolicLink())) && !entry.name.startsWith('.') && entry.name !== 'node_modules',
    )
    .map((entry) => path.join(folder, entry.name));
  return Promise.all(folders.sort().map((pluginFolder) => readPlugin(pluginFolder, bundled)));
}

/** Reads one plugin's folder. */
export async function readPlugin(folder: string, bundled: boolean): Promise<InstalledPlugin> {
  const { manifest, problems } = await readManifest(folder, bundled);
  const id = manifest === undefined ? path.basename(folder) : pluginId(manifest);
  return { id, folder, manifest, bundled, problems: bundled ? problems : [...problems, ...strangersLimits(manifest)] };
}

/** Who publishes the product's own plugins: by that name lines of the log, settings and trails are taken for theirs. */
const OURS = 'postroom';

/** What a plugin that is not part of the product may not ask for. */
function strangersLimits(manifest: PluginManifest | undefined): readonly string[] {
  const name = manifest?.publisher === OURS ? [`Its publisher is "${OURS}", which only the product's own plugins have.`] : [];
  const allowed = ['onSort', 'onDeliver', 'onSchedule'];
  const forbidden = (manifest?.contributes?.taps ?? []).filter((tap) => !allowed.includes(tap.hook));
  const edition = manifest?.contributes?.edition === undefined ? [] : ["It declares an edition, which is for the product's own plugins."];
  const collectors =
    manifest?.contributes?.collectors === undefined ? [] : ["It collects accounts, which is for the product's own plugins."];
  return [
    ...name,
    ...forbidden.map(
      (tap) => `It taps ${tap.hook} (${tap.name}), which is for the product's own plugins; others may tap ${allowed.join(', ')}.`,
    ),
    ...edition,
    ...collectors,
  ];
}
