// What installed plugins may say about the settings: all of it, but that a stranger's plugin is no edition.
import type { CommandDeclaration, PluginManifest } from '@postroom/sdk';
import type { InstalledPlugin } from './discovery.js';

/** A stranger's taps on the licence never run, so they neither count as a second edition nor take the place of one. */
export function declaredManifests(installed: readonly InstalledPlugin[]): readonly PluginManifest[] {
  return installed.flatMap(({ manifest, bundled }) => {
    if (manifest === undefined) return [];
    const { contributes } = manifest;
    if (bundled || contributes?.taps === undefined) return [manifest];
    return [{ ...manifest, contributes: { ...contributes, taps: contributes.taps.filter(({ hook }) => hook !== 'onLicenseCheck') } }];
  });
}

/** Those whose declarations need no look at every start: a test holds the product's own against the same rules. */
export function provenManifests(installed: readonly InstalledPlugin[]): ReadonlySet<PluginManifest> {
  return new Set(installed.flatMap(({ manifest, bundled }) => (bundled && manifest !== undefined ? [manifest] : [])));
}

/** The commands that a plugin adds. A stranger's that cannot be activated adds none: whether a command line can be made of them is not known. */
export function declaredCommands({ manifest, bundled, problems }: InstalledPlugin): readonly CommandDeclaration[] {
  return bundled || problems.length === 0 ? (manifest?.contributes?.commands ?? []) : [];
}

/** Those that a server has: the others work on the caller's files. */
export function servedCommands(plugin: InstalledPlugin): readonly CommandDeclaration[] {
  return declaredCommands(plugin).filter(({ local }) => local !== true);
}
