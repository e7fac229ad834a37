// What a plugin leaves beside its files: its place in the settings, values of its properties, agreements, secrets, storage.
import path from 'node:path';
import type { PropertySchema } from '@postroom/sdk';
import {
  type Accounts,
  type DataFolder,
  type PluginAdministration,
  type PluginStatus,
  type PluginStorages,
  type SecretStore,
  type SettingEdit,
  type SettingsService,
  secretPath,
} from '@postroom/sdk/services';
import { nodeEntries } from '@postroom/sdk/settings';
import { listsIn } from '../pluginLists.js';
import { removeTree } from './removeTree.js';

type Properties = Readonly<Record<string, PropertySchema>>;

export interface TraceParts {
  readonly plugins: PluginAdministration;
  readonly settings: SettingsService;
  readonly secrets: SecretStore;
  readonly storages: PluginStorages;
  readonly accounts: Accounts;
  readonly data: DataFolder;
}

export class PluginTraces {
  constructor(private readonly parts: TraceParts) {}

  /** A manifest may declare what is another plugin's: that stays. */
  ownProperties({ id, manifest }: PluginStatus): Properties {
    const declared = Object.entries(manifest?.contributes?.configuration?.properties ?? {});
    const { properties } = this.parts.settings.schema;
    const isOwn = (key: string): boolean => properties.get(key)?.owner === id && properties.get(key)?.isContested !== true;
    return Object.fromEntries(declared.filter(([key]) => isOwn(key)));
  }

  /** Takes everything out of the settings that is the plugin's. */
  settingsWithout(id: string, properties: Properties): readonly SettingEdit[] {
    return [...this.withoutName(id), ...this.#withoutAgreement(id), ...this.#withoutValues(properties)];
  }

  withoutName(id: string): readonly SettingEdit[] {
    const { enabled, disabled } = listsIn(this.parts.settings);
    const [running, off] = [enabled, disabled].map((names) => names.filter((each) => each !== id)) as [string[], string[]];
    return [
      ...(running.length === enabled.length ? [] : [{ path: ['plugins.enabled'], value: running }]),
      ...(off.length === disabled.length ? [] : [{ path: ['plugins.disabled'], value: off.length === 0 ? undefined : off }]),
    ];
  }

  /** On this server; `removeShared` for what all servers of the store have. */
  async removeLocal(id: string): Promise<void> {
    await this.parts.plugins.forget(id);
    await removeTree(path.join(this.parts.data.path, 'storage', id));
  }

  async removeShared(id: string, properties: Properties = {}): Promise<void> {
    const { storages, secrets, accounts } = this.parts;
    await storages.remove(id);
    const keys = Object.entries(properties).flatMap(([key, schema]) => (schema.secret === true ? [key] : []));
    for (const key of keys) {
      await secrets.removeSecret(secretPath(key));
      for (const account of accounts.all) await secrets.removeSecret(secretPath(key, account.id));
    }
  }

  /** Another plugin of that name has to be agreed to again. */
  #withoutAgreement(id: string): readonly SettingEdit[] {
    const agreements = (this.parts.settings.value['plugins.network'] ?? {}) as Readonly<Record<string, unknown>>;
    const { [id]: agreed, ...others } = agreements;
    return agreed === undefined ? [] : [{ path: ['plugins.network'], value: Object.keys(others).length === 0 ? undefined : others }];
  }

  /** Everything that stands in the file for the plugin's own properties. */
  #withoutValues(properties: Properties): readonly SettingEdit[] {
    const { settings, accounts } = this.parts;
    const places = [
      [],
      ...nodeEntries(settings.written([])).map((node) => node.path),
      ...accounts.all.flatMap(({ id, users }) => [['accounts', id], ...users.map(({ name }) => ['accounts', id, 'users', name])]),
    ];
    return Object.keys(properties).flatMap((key) =>
      places
        .map((place) => [...place, key])
        .filter((at) => settings.written(at) !== undefined)
        .map((at) => ({ path: at, value: undefined })),
    );
  }
}
