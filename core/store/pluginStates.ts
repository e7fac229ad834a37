// The small stores of plugins: keys and JSON values that survive restarts.
import type { PluginState } from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';

export interface PluginStates {
  forPlugin(id: string): PluginState;
  /** Removes a plugin's entries: `plugins remove` leaves no trace. */
  remove(id: string): Promise<void>;
  /** Forgets what has expired. */
  prune(now: Date): Promise<void>;
}
export const PluginStates = createServiceId<PluginStates>('PluginStates');
