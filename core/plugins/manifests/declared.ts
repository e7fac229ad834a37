// What installed plugins may say about the settings: all of it, but that a stranger's plugin is no edition, and an isolated one collects no account.
import type { CommandDeclaration, PluginManifest } from '@postroom/sdk';
import { type InstalledPlugin, runsInHost } from './discovery.js';

/**
 * A stranger's taps on the licence never run, nor an isolated plugin's on fetching: they neither count as a second edition or a further way to collect,
 * nor take the place of one.
 */
export function declaredManifests(installed: readonly InstalledPlugin[]): readonly PluginManifest[] {
  return installed.flatMap(({ manifest, bundled, trusted }) => {
    if (manifest === undefined) return [];
    const { contributes } = manifest;
    if (bundled || contributes === undefined) return [manifest];
    const { collectors, taps, ...others } = contributes;
    const counting = {
      ...(taps !== undefined && { taps: taps.filter(({ hook }) => hook !== 'onLicenseCheck') }),
      ...(collectors !== undefined && runsInHost({ bundled, trusted }) && { collectors }),
    };
    return [{ ...manifest, contributes: { ...others, ...counting } }];
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
