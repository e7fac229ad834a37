// Accounts and users as the settings hold them, read without trust: rules look at files that the schema has refused, too.

/** Settings with the defaults filled in, by key; `accounts` holds groups by account id. */
export type SettingsValue = Readonly<Record<string, unknown>>;

/** Where something stands in settings.json: `['accounts', 'company', 'users', 'andrew', 'cc.to', 0]`. */
export type SettingPath = readonly (string | number)[];

export interface AccountEntry {
  readonly id: string;
  readonly path: SettingPath;
  readonly kind: string | undefined;
  readonly via: string | undefined;
  readonly address: string | undefined;
  /** The account's own properties. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly users: readonly UserEntry[];
}

export interface UserEntry {
  readonly name: string;
  readonly path: SettingPath;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The accounts in the order of the file; what has not the right type is left out. */
export function accountEntries(settings: unknown): readonly AccountEntry[] {
  return groupEntries(groupOf(settings)['accounts']).map(([id, values]) => {
    const path = ['accounts', id];
    const users = groupEntries(values['users']).map(([name, user]) => ({ name, path: [...path, 'users', name], values: user }));
    return { id, path, kind: textOf(values['kind']), via: textOf(values['via']), address: textOf(values['address']), values, users };
  });
}

/** The texts in a list; empty where it is none. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function groupOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

function groupEntries(value: unknown): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  return Object.entries(groupOf(value)).map(([key, each]) => [key, groupOf(each)]);
}
