// The settings that count: read by everybody, replaced as a whole, heard of when they are.

import type { Disposable, PluginManifest, Settings } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { Events } from '@postroom/sdk/services';
import { changedKeys, concerns, SettingsReader, type SettingsValue } from '@postroom/sdk/settings';
import type { GoodSettings } from '../checking/loadSettings.js';
import type { SettingsLoader } from '../checking/settingsLoader.js';
import { pluginId } from '../schema/schema.js';
import { DraftSettings } from './draftSettings.js';

export class SettingsInForce {
  #value: SettingsValue = {};
  #shared: SettingsValue = {};
  readonly #draft = new DraftSettings();
  readonly #changed: Listeners<ReadonlySet<string>>;
  readonly #applied: Listeners<string>;

  constructor(
    private readonly loader: SettingsLoader,
    private readonly events: Events,
    listenerFailed: (thrown: unknown) => void,
  ) {
    this.#changed = new Listeners<ReadonlySet<string>>(listenerFailed);
    this.#applied = new Listeners<string>(listenerFailed);
  }

  /** For the caller: a draft that it works under, else what was applied last. */
  get value(): SettingsValue {
    return this.#draft.settings?.value ?? this.#value;
  }

  /** For everybody else, also where the caller works under a draft. */
  get applied(): SettingsValue {
    return this.#value;
  }

  /** For the caller, before this server's own values are put in. */
  get shared(): SettingsValue {
    return this.#draft.settings?.shared ?? this.#shared;
  }

  reader(plugin?: string): SettingsReader {
    return new SettingsReader(this.value, this.loader.schema, plugin);
  }

  /** Looks properties up once for each version of the settings. */
  forPlugin(manifest: Pick<PluginManifest, 'publisher' | 'name'>): Settings {
    const id = pluginId(manifest);
    let current = this.reader(id);
    const reader = (): SettingsReader => {
      if (!current.reads(this.value, this.loader.schema)) current = this.reader(id);
      return current;
    };
    return Object.freeze<Settings>({
      get: <T>(key: string) => reader().get<T>(key),
      forAccount: <T>(account: string, key: string) => reader().forAccount<T>(account, key),
      forUser: <T>(account: string, user: string, key: string) => reader().forUser<T>(account, user, key),
      onDidChange: (keys: readonly string[], listener: () => void) => this.onDidChange(keys, listener),
    });
  }

  /** Runs `work` as if `draft` were in force. */
  under<T>(draft: GoodSettings, work: () => Promise<T>): Promise<T> {
    return this.#draft.during(draft, work);
  }

  apply(author: string, { value, shared }: GoodSettings): void {
    const changed = changedKeys(this.#value, value);
    [this.#value, this.#shared] = [value, shared];
    this.#applied.fire(author);
    if (changed.size > 0) this.#changed.fire(changed);
    if (changed.size > 0) this.events.emit({ type: 'settings', author });
  }

  onDidChange(keys: readonly string[], listener: () => void): Disposable {
    return this.#changed.add((changed) => {
      if (concerns(keys, changed)) listener();
    });
  }

  onDidApply(listener: (author: string) => void): Disposable {
    return this.#applied.add(listener);
  }
}
