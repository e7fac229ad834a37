// Finds plugins: the product's own beside this code, strangers' in the data folder. A folder with a package.json is one.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CommandDeclaration, PluginManifest } from '@postroom/sdk';
import { pluginId } from '../../configuration/schema/schema.js';
import { readManifest } from './manifestReader.js';

/** A plugin that was found, whether or not it can be used. */
export interface InstalledPlugin {
  /** `publisher.name`; the folder's name where the manifest does not say. */
  readonly id: string;
  readonly folder: string;
  readonly manifest: PluginManifest | undefined;
  /** Part of the product. */
  readonly bundled: boolean;
  /** A stranger's that boot.json trusts: its code runs inside the host as the product's does, and it may provide services. */
  readonly trusted: boolean;
  /** Sentences; a plugin with any can't be activated. */
  readonly problems: readonly string[];
}

/** Whether its code runs inside the host. Others are isolated. */
export function runsInHost({ bundled, trusted }: Pick<InstalledPlugin, 'bundled' | 'trusted'>): boolean {
  return bundled || trusted;
}

const NOBODY: ReadonlySet<string> = new Set();

/** Reads every manifest below the folders. Of two with one id the first stays, and the second says so. `trusted`: ids, as boot.json has them. */
export async function discoverPlugins(
  bundledFolder: string,
  strangersFolder: string,
  trusted: ReadonlySet<string> = NOBODY,
): Promise<readonly InstalledPlugin[]> {
  return withStrangers(await readBundled(bundledFolder), strangersFolder, trusted);
}

/** The product's own that were read already, and those in the data folder. */
export async function withStrangers(
  bundled: readonly InstalledPlugin[],
  strangersFolder: string,
  trusted: ReadonlySet<string> = NOBODY,
): Promise<readonly InstalledPlugin[]> {
  const found = [...bundled, ...(await readFolder(strangersFolder, false, trusted))];
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

/** The product's own. A pack without code may be the folder of further plugins. */
export async function readBundled(folder: string): Promise<readonly InstalledPlugin[]> {
  const found = await readFolder(folder, true);
  const packs = found.filter(({ manifest }) => manifest?.pluginPack !== undefined && manifest.main === undefined);
  return [...found, ...(await Promise.all(packs.map((pack) => readFolder(pack.folder, true)))).flat()];
}

async function readFolder(folder: string, bundled: boolean, trusted: ReadonlySet<string> = NOBODY): Promise<readonly InstalledPlugin[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  // A link is followed among the product's own only: a stranger's process may read the plugin's folder and nothing that it leads to.
  const folders = entries
    .filter(
      (entry) => (entry.isDirectory() || (bundled && entry.isSymbolicLink())) && !entry.name.startsWith('.') && !NO_PLUGINS.has(entry.name),
    )
    .map((entry) => path.join(folder, entry.name));
  return Promise.all(folders.sort().map((pluginFolder) => readPlugin(pluginFolder, bundled, trusted)));
}

/** Folders of what plugins are made from. */
const NO_PLUGINS: ReadonlySet<string> = new Set(['node_modules', 'dist']);

/** Reads one plugin's folder. */
export async function readPlugin(folder: string, bundled: boolean, trusted: ReadonlySet<string> = NOBODY): Promise<InstalledPlugin> {
  const { manifest, problems } = await readManifest(folder, bundled);
  const id = manifest === undefined ? path.basename(folder) : pluginId(manifest);
  if (bundled) return { id, folder, manifest, bundled, trusted: false, problems };
  const isTrusted = trusted.has(id);
  const limits = [...ownLimits(manifest), ...(isTrusted ? [] : isolationLimits(id, manifest))];
  return { id, folder, manifest, bundled, trusted: isTrusted, problems: [...problems, ...limits] };
}

/** Who publishes the product's own plugins: by that name lines of the log, settings and trails are taken for theirs. */
const OURS = 'postroom';

/** What a plugin that is not part of the product may not ask for. */
function ownLimits(manifest: PluginManifest | undefined): readonly string[] {
  const name = manifest?.publisher === OURS ? [`Its publisher is "${OURS}", which only the product's own plugins have.`] : [];
  const program = manifest?.program === undefined ? [] : ["It names a program, which is for the product's own plugins."];
  const edition = manifest?.contributes?.edition === undefined ? [] : ["It declares an edition, which is for the product's own plugins."];
  const isLocal = ({ local }: CommandDeclaration): boolean => local === true;
  const local = (manifest?.contributes?.commands ?? [])
    .filter(isLocal)
    .map(({ command }) => `Its command ${command} says "local", which only the product's own plugins may.`);
  return [...name, ...program, ...edition, ...local];
}

const TAPPED_BY_STRANGERS: readonly string[] = ['onSort', 'onDeliver', 'onSchedule'];

/** What an isolated plugin may not ask for. */
function isolationLimits(id: string, manifest: PluginManifest | undefined): readonly string[] {
  const forbidden = (manifest?.contributes?.taps ?? []).filter((tap) => !TAPPED_BY_STRANGERS.includes(tap.hook));
  const collectors =
    manifest?.contributes?.collectors === undefined ? [] : ["It collects accounts, which is for the product's own plugins."];
  const stores = manifest?.contributes?.stores === undefined ? [] : ["It has a store, which is for the product's own plugins."];
  const provided = (manifest?.provides ?? []).map(({ service }) => `It provides the service ${service}`);
  const required = (manifest?.requires ?? []).map((service) => `It requires the service ${service}`);
  const used = (manifest?.uses ?? []).map((service) => `It uses the service ${service}`);
  const early = manifest?.activation === 'platform' ? ['It starts before the settings are read'] : [];
  return [
    ...forbidden.map(
      (tap) =>
        `It taps ${tap.hook} (${tap.name}), which is for the product's own plugins; others may tap ${TAPPED_BY_STRANGERS.join(', ')}.`,
    ),
    ...[...provided, ...required, ...used, ...early].map(
      (what) =>
        `${what}, and an isolated plugin has no services. Where you trust its code as you trust Postroom's, name "${id}" in "trusted" of boot.json.`,
    ),
    ...collectors,
    ...stores,
  ];
}
