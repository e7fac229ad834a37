// Which settings differ between two versions, and who asked to hear of it.
import { isDeepStrictEqual } from 'node:util';
import { accountEntries, type SettingsValue } from './settingsLayout.js';

/** The keys of every scope that changed anywhere; `accounts` too when anything inside did. */
export function changedKeys(before: SettingsValue, after: SettingsValue): ReadonlySet<string> {
  const changed = differing(before, after);
  if (!changed.has('accounts')) return changed;
  const former = new Map(accountEntries(before).map((account) => [account.id, account]));
  for (const account of accountEntries(after)) {
    const old = former.get(account.id);
    former.delete(account.id);
    for (const key of differing(old?.values ?? {}, account.values)) changed.add(key);
    const formerUsers = new Map(old?.users.map((user) => [user.name, user.values]));
    for (const user of account.users) {
      for (const key of differing(formerUsers.get(user.name) ?? {}, user.values)) changed.add(key);
      formerUsers.delete(user.name);
    }
    for (const values of formerUsers.values()) addAll(changed, values);
  }
  for (const gone of former.values()) {
    addAll(changed, gone.values);
    for (const user of gone.users) addAll(changed, user.values);
  }
  return changed;
}

/** `wanted`: names, or prefixes that end in a dot. */
export function concerns(wanted: readonly string[], changed: ReadonlySet<string>): boolean {
  return wanted.some((key) => changed.has(key) || (key.endsWith('.') && [...changed].some((each) => each.startsWith(key))));
}

function differing(before: SettingsValue, after: SettingsValue): Set<string> {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return new Set([...keys].filter((key) => !isDeepStrictEqual(before[key], after[key])));
}

function addAll(changed: Set<string>, values: SettingsValue): void {
  for (const key of Object.keys(values)) changed.add(key);
}
