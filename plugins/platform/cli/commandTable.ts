// What the command line is made from: the commands and words that the manifests of the installed plugins declare. Pure.
import type { CommandDeclaration, PluginManifest } from '@postroom/sdk';
import type { ProgramPlugin } from '@postroom/sdk/services';
import { type Examples, examplesOf } from './examples.js';
import { fittingCommands } from './fittingCommands.js';

export interface CommandTable {
  readonly declarations: readonly CommandDeclaration[];
  /** Of areas, by name. */
  readonly titles: Readonly<Record<string, string>>;
  readonly examples: Examples;
}

/** The product's commands and those that other installed plugins declare, with a title for each area. `words`: those that are no command's. */
export function commandTable(installed: readonly ProgramPlugin[], words: readonly string[]): CommandTable {
  const [ours, strangers] = [true, false].map((bundled) =>
    installed.filter((plugin) => plugin.bundled === bundled).flatMap(declaredCommands),
  );
  // The product's plugins come first in the list, and last here: their titles count.
  const manifests = installed.flatMap((plugin) => plugin.manifest ?? []).toReversed();
  return {
    declarations: fittingCommands(ours ?? [], strangers ?? [], words),
    titles: Object.fromEntries([
      ...manifests.map(({ name, description }) => [name, description] as const),
      ...manifests.flatMap(areaTitles),
    ]),
    examples: examplesOf(installed),
  };
}

/** A stranger's plugin that cannot be activated adds none: whether a command line can be made of them is not known. */
function declaredCommands({ manifest, bundled, problems }: ProgramPlugin): readonly CommandDeclaration[] {
  return bundled || problems.length === 0 ? (manifest?.contributes?.commands ?? []) : [];
}

/** They count before the names of plugins: an area may be called as a plugin is that has nothing to do with it. */
function areaTitles({ contributes }: PluginManifest): readonly (readonly [string, string])[] {
  return (contributes?.areas ?? []).map(({ area, title }) => [area, title] as const);
}
