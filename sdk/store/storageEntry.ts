// One entry of a plugin's storage: its JSON, in the store and for the plugin.
import type { PluginStorage } from '../context.js';
import { PostroomError } from '../errors.js';

const MOST_OCTETS = 64 * 2 ** 10;

/** Throws where the value has no JSON, and `store/full` where that is too long. */
export function storageText(plugin: string, key: string, value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`Plugin ${plugin} sets ${key} to something that JSON can't express.`);
  if (Buffer.byteLength(text) > MOST_OCTETS) {
    throw new PostroomError('store/full', `Plugin ${plugin} wants to keep more than 64 KB under "${key}". Split the value.`, { plugin });
  }
  return text;
}

/** `undefined`: there is no entry. */
export function storageValue(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** What a change makes of an entry. */
export interface ChangedEntry {
  /** JSON; `undefined`: there is none. */
  readonly text: string | undefined;
  readonly isNew: boolean;
}

/** `former`: its JSON, `undefined` where there is none. Throws as `change` does, and as storageText(). */
export function changedEntry(
  { plugin, key }: { readonly plugin: string; readonly key: string },
  former: string | undefined,
  change: Parameters<PluginStorage['update']>[1],
): ChangedEntry {
  const value = change(storageValue(former));
  const text = value === undefined ? undefined : storageText(plugin, key, value);
  return { text, isNew: text !== former };
}
