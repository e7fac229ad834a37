// The plugins as the rest of the host sees them: which run, in which state, and what is wrong with them.
import { createServiceId, type PluginStatus, type ServiceId, type StartedPlugin } from '@postroom/sdk/services';
import type { BlockingPlugins } from '../hooking/blockingPlugins.js';
import type { CallReporter } from '../hooking/callReports.js';
import type { TapFailure } from '../hooking/guard.js';
import type { InstalledPlugin } from './discovery.js';
import type { PluginFailure } from './failureTracker.js';
import type { ReadablePlugin } from './pluginModule.js';
import type { PluginRuntime } from './pluginRuntime.js';
import type { Ground } from './servicePlan.js';

/** Makes the runtime for a plugin. */
export type RuntimeFactory = (plugin: ReadablePlugin) => PluginRuntime;

export interface PluginHost extends BlockingPlugins, CallReporter {
  /**
   * Activates the plugins of the platform, once, before anything else. `ground`: what to start, and what not. Rejects where a service in `needed` is
   * missing afterwards, with what kept its provider from being activated.
   */
  boot(installed: readonly InstalledPlugin[], ground: Omit<Ground, 'services'>, needed: readonly ServiceId<unknown>[]): Promise<void>;
  /** Throws what kept a provider from being activated where one of these services is missing for that. One that is switched off may be missing. */
  demand(services: readonly ServiceId<unknown>[]): void;
  /** What stands before any plugin that the settings enable. */
  readonly ground: Ground;
  /** What runs, in the order in which it was activated. */
  readonly starting: readonly StartedPlugin[];
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
  /** Deactivates everything but the platform, last-in-first-out. */
  stop(): Promise<void>;
  /** Deactivates the rest. */
  end(): Promise<void>;
  /**
   * A call failed, or an isolated process ended. Three in five minutes switch the plugin off (`failed`); each message counts once, and calls that
   * failed count no more once one goes well. Not for rehearsals: what somebody only tries out switches nothing off.
   */
  reportFailure(plugin: string, sentence: string, strike: PluginFailure): void;
  /**
   * The same for a tap that failed over a message, or over none. Where its process ended, that is reported by itself. Code in the host that does not
   * answer in time is only noted: there is no process to end, and what it waits for may be the disk.
   */
  tapFailed(failure: TapFailure, message?: string): void;
  /** Something went wrong in a plugin's code outside of any call: shown and logged, no strike. */
  noteProblem(plugin: string, sentence: string): void;
  /** The next time that the plugin would be activated it becomes `failed` instead, with this sentence. */
  withhold(plugin: string, why: string): void;
  /** An administrator removed the plugin, or agrees that it lets mail through: mail waits for it no longer. */
  forget(plugin: string): Promise<void>;
  readonly plugins: readonly PluginStatus[];
  /** Resolves when every change asked for so far has been made. */
  settled(): Promise<void>;
}
export const PluginHost = createServiceId<PluginHost>('PluginHost');
export const RuntimeFactory = createServiceId<RuntimeFactory>('RuntimeFactory');
