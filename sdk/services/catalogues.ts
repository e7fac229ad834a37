// What the server has: every command, every plugin, every port.
import type { CommandCall, OpenPort } from '../context.js';
import type { CommandDeclaration, CommandRole, PluginManifest } from '../manifest.js';
import { createServiceId } from './createServiceId.js';

/** Every action of the program: what the manager's API and its palette are made from, as the CLI is. */
export interface CommandCatalogue {
  /** In order of their names. `owner` is a plugin's id. */
  readonly declarations: readonly (CommandDeclaration & { readonly owner: string })[];
  /** Those that can be run now: their plugins are active. */
  readonly available: readonly (CommandDeclaration & { readonly owner: string })[];
  /** Those that declare the role and can be run now, the product's own first. `via`: those that fit accounts that are collected this way. */
  withRole(role: CommandRole, via?: string): readonly (CommandDeclaration & { readonly owner: string })[];
  /**
   * Checks the arguments and runs. Rejects with PostroomError: `command/unknown`, `command/not-active`, `command/arguments`, or what the handler threw.
   */
  run(command: string, args: unknown, call: CommandCall): Promise<unknown>;
}
export const CommandCatalogue = createServiceId<CommandCatalogue>('CommandCatalogue');

/** The installed plugins with their manifests: what they contribute to the manager. */
export interface PluginCatalogue {
  readonly plugins: readonly {
    readonly id: string;
    readonly state: string;
    readonly bundled: boolean;
    /** Not the product's, and runs inside the host all the same: boot.json says so. */
    readonly trusted: boolean;
    readonly problems: readonly string[];
    /** `undefined` where it cannot be read. */
    readonly manifest: PluginManifest | undefined;
  }[];
}
export const PluginCatalogue = createServiceId<PluginCatalogue>('PluginCatalogue');

/** The ports that the plugins' listeners were asked to open, as they are now. */
export interface PortCatalogue {
  /** `plugin`: whose listener it is. */
  readonly ports: readonly (OpenPort & { readonly plugin: string })[];
}
export const PortCatalogue = createServiceId<PortCatalogue>('PortCatalogue');
