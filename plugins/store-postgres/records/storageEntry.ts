// One entry of a plugin's storage: its JSON, in the database and for the plugin.
import { PostroomError } from '@postroom/sdk';
import type { Reads } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';

const MOST_OCTETS = 64 * 2 ** 10;

/** JSON; `undefined` where there is no entry, or one that has expired. */
export async function readEntry(reads: Reads, { now }: Pick<EngineClock, 'now'>, plugin: string, key: string): Promise<string | undefined> {
  const [row] = await reads.rows<{ value: string }>(
    `SELECT value FROM plugin_state WHERE plugin = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > ${now})`,
    [plugin, key],
  );
  return row?.value;
}

/** Throws where the value has no JSON, and `store/full` where that is too long. */
export function entryText(plugin: string, key: string, value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`Plugin ${plugin} sets ${key} to something that JSON can't express.`);
  if (Buffer.byteLength(text) > MOST_OCTETS) {
    throw new PostroomError('store/full', `Plugin ${plugin} wants to keep more than 64 KB under "${key}". Split the value.`, { plugin });
  }
  return text;
}

export function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
