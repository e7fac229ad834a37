// Which folder a backup is being written to: where the server is killed meanwhile, the next one removes the half of it.
import { rm } from 'node:fs/promises';
import type { PluginStates } from '../store/pluginStates.js';
import { isPart } from './staleFolders.js';

const KEY = 'backup-under-way';

/** A backup is not refused because this cannot be noted: the disk of the data may be full. */
export async function noteBackupUnderWay(states: PluginStates, part: string | undefined): Promise<void> {
  const state = states.forPlugin('core');
  await (part === undefined ? state.delete(KEY) : state.set(KEY, part)).catch(() => undefined);
}

/** At start, when no backup of this server can be under way. Answers the folder that was removed. */
export async function clearBackupUnderWay(states: PluginStates): Promise<string | undefined> {
  const part = await states.forPlugin('core').get(KEY);
  if (typeof part !== 'string') return undefined;
  if (isPart(part)) await rm(part, { recursive: true, force: true }).catch(() => undefined);
  await noteBackupUnderWay(states, undefined);
  return part;
}
