// What installed plugins may say about the settings: all of it, but that a stranger's plugin is no edition and collects no account.
import type { CommandDeclaration, PluginManifest } from '@postroom/sdk';
import type { InstalledPlugin } from './discovery.js';

/** A stranger's taps on the licence and on fetching never run: what they would be for does not count, and takes the place of nothing. */
export function declaredManifests(installed: readonly InstalledPlugin[]): readonly PluginManifest[] {
  return installed.flatMap(({ manifest, bundled }) => {
    if (manifest === undefined) return [];
    const { contributes } = manifest;
    if (bundled || contributes === undefined) return [manifest];
    const { collectors: _collectors, taps, ...others } = contributes;
    const counting = taps?.filter(({ hook }) => hook !== 'onLicenseCheck');
    return [{ ...manifest, contributes: { ...others, ...(counting !== undefined && { taps: counting }) } }];
  });
}

/** Those whose declarations need no look at every start: a test holds the product's own against the same rules. */
export function provenManifests(installed: readonly InstalledPlugin[]): ReadonlySet<PluginManifest> {
  return new Set(installed.flatMap(({ manifest, bundled }) => (bundled && manifest !== undefined ? [manifest] : [])));
}

/** The commands that a plugin adds. A stranger's that cannot be activated adds none: nobody knows whether a command line can be made of them. */
export function declaredCommands({ manifest, bundled, problems }: InstalledPlugin): readonly CommandDeclaration[] {
  return bundled || problems.length === 0 ? (manifest?.contributes?.commands ?? []) : [];
}
