// The plugins as the rest of the host sees them: which run, in which state, and what is wrong with them.
import type { Disposable, PluginManifest } from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';
import type { InstalledPlugin } from './discovery.js';
import type { PluginRuntime } from './pluginRuntime.js';

export type PluginState = 'disabled' | 'activating' | 'active' | 'deactivating' | 'failed';

/** A plugin as the administrator sees it. */
export interface PluginStatus {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly bundled: boolean;
  readonly state: PluginState;
  readonly essential: boolean;
  /** Sentences: why it failed, what it complained about. */
  readonly problems: readonly string[];
  /** `undefined` where it cannot be read. */
  readonly manifest: PluginManifest | undefined;
}

/** Makes the runtime for a plugin: in the host for the product's own, in a process of its own for others. */
export type RuntimeFactory = (plugin: InstalledPlugin & { readonly manifest: PluginManifest }) => PluginRuntime;

export interface PluginHost {
  /**
   * Makes what runs equal to what the settings say. Calls are served one after the other. `replaced`: plugins of which another version is installed
   * now; it takes over from the one that runs between two messages. Answers why, for those whose former version runs on.
   */
  apply(
    installed: readonly InstalledPlugin[],
    enabled: readonly string[],
    disabled: readonly string[],
    replaced?: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, string>>;
  /** Deactivates everything, last-in-first-out. */
  stop(): Promise<void>;
  /** A tap failed, or an isolated process ended. Three in five minutes make the plugin `failed`; those of one `incident` count as one. */
  reportFailure(plugin: string, sentence: string, incident?: string): void;
  /** Something went wrong in a plugin's code that no message and no call waited for: shown and logged, no strike. */
  noteProblem(plugin: string, sentence: string): void;
  /** The next time that the plugin would be activated it becomes `failed` instead, with this sentence. */
  withhold(plugin: string, why: string): void;
  /** Essential plugins that should run and do not: while there are any, mail is held. */
  readonly missingEssential: readonly string[];
  readonly plugins: readonly PluginStatus[];
  /** Properties marked secret of scope account, of all plugins that should run. */
  readonly accountSecrets: readonly string[];
  /** Resolves when every change asked for so far has been made. */
  settled(): Promise<void>;
  onDidChange(listener: () => void): Disposable;
}
export const PluginHost = createServiceId<PluginHost>('PluginHost');
export const RuntimeFactory = createServiceId<RuntimeFactory>('RuntimeFactory');
