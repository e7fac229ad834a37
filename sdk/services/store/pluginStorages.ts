// The small stores of plugins: keys and JSON values that survive restarts.
import type { PluginStorage } from '../../context.js';
import { createServiceId } from '../createServiceId.js';

export interface PluginStorages {
  forPlugin(id: string): PluginStorage;
  /** Removes a plugin's entries: `plugins remove` leaves no trace. */
  remove(id: string): Promise<void>;
  /** Forgets what has expired. */
  prune(now: Date): Promise<void>;
}
export const PluginStorages = createServiceId<PluginStorages>('PluginStorages');
