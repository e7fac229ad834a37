// The settings as an isolated plugin reads them: at once, from the copy that the host sends with every change.

import type { Disposable, Settings } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import { changedKeys, concerns, SettingsReader } from '@postroom/sdk/settings';
import type { SettingsSnapshot } from '../pipe/protocol.js';

export class ChildSettings {
  #snapshot: SettingsSnapshot = { value: {}, properties: [] };
  readonly #changed = new Listeners<ReadonlySet<string>>((error) => console.error(error));

  set(snapshot: SettingsSnapshot): void {
    const changed = changedKeys(this.#snapshot.value, snapshot.value);
    this.#snapshot = snapshot;
    if (changed.size > 0) {
      this.#changed.fire(changed);
    }
  }

  for(plugin: string): Settings {
    const reader = (): SettingsReader => new SettingsReader(this.#snapshot.value, { properties: this.#properties() }, plugin);
    return Object.freeze<Settings>({
      get: <T>(key: string) => reader().get<T>(key),
      forAccount: <T>(account: string, key: string) => reader().forAccount<T>(account, key),
      forUser: <T>(account: string, user: string, key: string) => reader().forUser<T>(account, user, key),
      onDidChange: (keys: readonly string[], listener: () => void): Disposable =>
        this.#changed.add((changed) => {
          if (concerns(keys, changed)) {
            listener();
          }
        }),
    });
  }

  #table: { readonly of: SettingsSnapshot; readonly properties: ReturnType<typeof tableOf> } | undefined;

  #properties(): ReturnType<typeof tableOf> {
    if (this.#table?.of !== this.#snapshot) {
      this.#table = { of: this.#snapshot, properties: tableOf(this.#snapshot) };
    }
    return this.#table.properties;
  }
}

function tableOf({ properties }: SettingsSnapshot) {
  return new Map(
    properties.map(
      ({ key, scope, secret, default: value }) => [key, { key, scope, owner: '', schema: { secret, default: value } }] as const,
    ),
  );
}
