// Former names of settings: moved to the new ones as the file is read, with the person told.
import { accountEntries, groupOf, nodeEntries, type SettingPath } from '@postroom/sdk/settings';
import { type SettingsFinding, warning } from '../problems/problems.js';
import type { SettingsSchema } from '../schema/schema.js';

export interface Rename {
  readonly path: SettingPath;
  readonly to: string;
}

export interface Migration {
  readonly renames: readonly Rename[];
  /** One warning for each former name. */
  readonly findings: readonly SettingsFinding[];
}

/** Which keys of a value have another name now. Where both names stand, the former one is left alone and said to be of no use. */
export function findRenames(settings: unknown, schema: SettingsSchema): Migration {
  const renames: Rename[] = [];
  const findings: SettingsFinding[] = [];
  const former = formerNames(schema);
  const look = (scope: string, path: SettingPath, values: Readonly<Record<string, unknown>>): void => {
    for (const key of Object.keys(values)) {
      const to = schema.properties.has(key) ? undefined : former.get(`${scope} ${key}`);
      if (to === undefined) continue;
      const taken =
        Object.hasOwn(values, to) || renames.some((each) => each.to === to && each.path.slice(0, -1).join('/') === path.join('/'));
      if (!taken) renames.push({ path: [...path, key], to });
      const message = taken
        ? `"${key}" is called "${to}" now, which is set as well. Take "${key}" out.`
        : `"${key}" is called "${to}" now; it counts as that, and the next change of the settings renames it.`;
      findings.push({ ...warning([...path, key], message), atKey: true });
    }
  };
  look('server', [], groupOf(settings));
  for (const node of nodeEntries(settings)) look('server', node.path, node.values);
  for (const account of accountEntries(settings)) {
    look('account', account.path, account.values);
    for (const user of account.users) look('user', user.path, user.values);
  }
  return { renames, findings };
}

function formerNames(schema: SettingsSchema): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { key, scope, schema: property } of schema.properties.values()) {
    if (property.secret === true) continue;
    for (const name of property.renamed ?? []) names.set(`${scope} ${name}`, key);
  }
  return names;
}
