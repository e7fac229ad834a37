// What the plugin host knows of one plugin.
import type { PluginState } from '@postroom/sdk/services';
import type { InstalledPlugin } from './discovery.js';
import type { FailureTracker } from './failureTracker.js';
import type { PluginRuntime } from './pluginRuntime.js';

export interface PluginRecord {
  installed: InstalledPlugin;
  state: PluginState;
  problems: readonly string[];
  /** Why it was switched off, without the way back. */
  cause?: string | undefined;
  /** What activate() threw, where it failed. */
  error?: unknown;
  runtime: PluginRuntime | undefined;
  readonly strikes: FailureTracker;
}
