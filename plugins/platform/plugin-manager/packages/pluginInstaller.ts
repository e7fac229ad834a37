// Installs, upgrades and removes plugins while mail flows. Without a restart, and without a message between two versions.

import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type PluginManifest, PostroomError, type PropertySchema } from '@postroom/sdk';
import { demandRoom, isNoRoom, noRoom, unknownPlugin } from '@postroom/sdk/base';
import {
  type Accounts,
  type DataFolder,
  type PluginAdministration,
  type PluginReader,
  type PluginReading,
  type PluginStatus,
  type PluginStorages,
  type SecretStore,
  type SettingsService,
  secretPath,
} from '@postroom/sdk/services';
import { nodeEntries, orFail } from '@postroom/sdk/settings';
import { listsIn } from '../pluginLists.js';
import { unpackPlugin } from './pluginArchive.js';
import { removeTree } from './removeTree.js';

export interface InstallerParts {
  readonly plugins: PluginAdministration;
  readonly reader: PluginReader;
  readonly settings: SettingsService;
  readonly secrets: SecretStore;
  readonly storages: PluginStorages;
  readonly accounts: Accounts;
  readonly data: DataFolder;
}

/** Something to change in the settings. */
type Edit = Parameters<SettingsService['edit']>[1][number];

const NOTHING_INSTALLED = 'Nothing was installed, and a former version goes on. Make room there, and add it again.';
/** So many times as large as packed are programs and texts, about. */
const UNPACKED = 4;

export class PluginInstaller {
  /** Where installed plugins lie. */
  readonly #folder: string;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: InstallerParts) {
    this.#folder = path.join(parts.data.path, 'plugins');
  }

  /** Installs a packed plugin, or puts it in the place of its former version. Rejects with nothing changed. */
  add(octets: Uint8Array, { enable, author }: { readonly enable: boolean; readonly author: string }): Promise<PluginStatus> {
    const { plugins } = this.parts;
    return this.#inTurn(async () => {
      // What it needs beside its files, its storage and its place in the settings, must fit as well.
      await demandRoom(this.#folder, octets.length * UNPACKED, 'the plugin', NOTHING_INSTALLED);
      const incoming = await plugins.newFolder().catch((error: unknown) => {
        throw isNoRoom(error) ? this.#tooLarge(error) : error;
      });
      try {
        await unpackPlugin(octets, incoming).catch((error: unknown) => {
          throw isNoRoom(error) ? this.#tooLarge(error) : error;
        });
        const plugin = await this.#acceptable(incoming);
        const swap = await plugins.place(incoming, plugin.id);
        const problem = (await plugins.rescan(new Set([plugin.id]))).get(plugin.id);
        if (problem !== undefined) {
          await swap.undo();
          await plugins.rescan();
          throw new PostroomError(
            'plugin/failed',
            `${plugin.id} goes on in its former version; the new one could not be activated: ${problem}`,
          );
        }
        try {
          return enable ? await this.#enable(plugin.id, author) : (this.#statusOf(plugin.id) ?? missing(plugin.id));
        } catch (error) {
          // Installed is what runs as it was asked for: the settings may not be writable.
          await swap.undo();
          await plugins.rescan(new Set([plugin.id]));
          throw error;
        } finally {
          await swap.keep();
        }
      } finally {
        await rm(incoming, { recursive: true, force: true });
      }
    });
  }

  /** Takes a plugin away with its settings, secrets, state and storage. */
  remove(id: string, author: string): Promise<void> {
    const { plugins } = this.parts;
    return this.#inTurn(async () => {
      const plugin = plugins.plugins.find((each) => each.id === id);
      if (plugin === undefined && this.#isMissed(id)) {
        return this.#removeLost(id, author);
      }
      if (plugin === undefined) {
        throw unknownPlugin(
          id,
          plugins.plugins.map((each) => each.id),
        );
      }
      if (plugin.bundled) {
        throw new PostroomError('plugin/unknown', `${id} is part of Postroom and stays; "postroom plugins disable ${id}" switches it off.`);
      }
      const properties = this.#ownProperties(plugin);
      await this.#edit(author, [...this.#withoutName(id), ...this.#withoutAgreement(id), ...this.#withoutSettings(properties)]);
      await plugins.settled();
      await rm(plugin.folder, { recursive: true, force: true });
      await plugins.rescan();
      await this.#removeTraces(id);
      await this.#removeSecrets(properties);
    });
  }

  /** A manifest may declare what is another plugin's: that stays. */
  #ownProperties({ id, manifest }: PluginStatus): Readonly<Record<string, PropertySchema>> {
    const declared = Object.entries(manifest?.contributes?.configuration?.properties ?? {});
    const { properties } = this.parts.settings.schema;
    const isOwn = (key: string): boolean => properties.get(key)?.owner === id && properties.get(key)?.isContested !== true;
    return Object.fromEntries(declared.filter(([key]) => isOwn(key)));
  }

  #tooLarge(error: unknown): PostroomError {
    return noRoom(this.#folder, 'the plugin does not fit', NOTHING_INSTALLED, error);
  }

  /** Its files are gone already, and with them what it had declared. */
  async #removeLost(id: string, author: string): Promise<void> {
    await this.#edit(author, this.#withoutName(id));
    await this.parts.plugins.settled();
    await this.#removeTraces(id);
  }

  /** Enabled, or waited for by mail, though it is not installed. */
  #isMissed(id: string): boolean {
    const { plugins, settings } = this.parts;
    return listsIn(settings).enabled.includes(id) || plugins.blocking.some((each) => each.id === id);
  }

  async #removeTraces(id: string): Promise<void> {
    const { plugins, data, storages } = this.parts;
    await plugins.forget(id);
    await removeTree(path.join(data.path, 'storage', id));
    await storages.remove(id);
  }

  /** Reads what was unpacked; throws every reason against it. */
  async #acceptable(folder: string): Promise<PluginReading & { readonly manifest: PluginManifest }> {
    const { id, manifest, problems } = await this.parts.reader.read(folder);
    if (manifest === undefined || problems.length > 0) {
      throw new PostroomError('plugin/package', `The plugin was not installed.\n${problems.join('\n')}`);
    }
    if (this.parts.plugins.plugins.some((plugin) => plugin.bundled && plugin.id === id)) {
      throw new PostroomError('plugin/package', `${id} is the name of a plugin of Postroom's own; choose another publisher or name.`);
    }
    return { id, manifest, problems };
  }

  async #enable(id: string, author: string): Promise<PluginStatus> {
    const { enabled, disabled } = listsIn(this.parts.settings);
    if (!enabled.includes(id) || disabled.includes(id)) {
      const rest = disabled.filter((each) => each !== id);
      await this.#edit(author, [
        { path: ['plugins.enabled'], value: [...new Set([...enabled, id])] },
        { path: ['plugins.disabled'], value: rest.length === 0 ? undefined : rest },
      ]);
    }
    await this.parts.plugins.settled();
    return this.#statusOf(id) ?? missing(id);
  }

  #withoutName(id: string): readonly Edit[] {
    const { enabled, disabled } = listsIn(this.parts.settings);
    const [running, off] = [enabled, disabled].map((names) => names.filter((each) => each !== id)) as [string[], string[]];
    return [
      ...(running.length === enabled.length ? [] : [{ path: ['plugins.enabled'], value: running }]),
      ...(off.length === disabled.length ? [] : [{ path: ['plugins.disabled'], value: off.length === 0 ? undefined : off }]),
    ];
  }

  /** Another plugin of that name has to be agreed to again. */
  #withoutAgreement(id: string): readonly Edit[] {
    const agreements = (this.parts.settings.value['plugins.network'] ?? {}) as Readonly<Record<string, unknown>>;
    const { [id]: agreed, ...others } = agreements;
    return agreed === undefined ? [] : [{ path: ['plugins.network'], value: Object.keys(others).length === 0 ? undefined : others }];
  }

  /** Everything that stands in the file for the plugin's own properties. */
  #withoutSettings(properties: Readonly<Record<string, PropertySchema>>): readonly Edit[] {
    const places = [
      [],
      ...nodeEntries(this.parts.settings.written([])).map(({ path }) => path),
      ...this.parts.accounts.all.flatMap(({ id, users }) => [
        ['accounts', id],
        ...users.map(({ name }) => ['accounts', id, 'users', name]),
      ]),
    ];
    return Object.keys(properties).flatMap((key) =>
      places
        .map((place) => [...place, key])
        .filter((at) => this.parts.settings.written(at) !== undefined)
        .map((at) => ({ path: at, value: undefined })),
    );
  }

  async #removeSecrets(properties: Readonly<Record<string, PropertySchema>>): Promise<void> {
    const keys = Object.entries(properties).flatMap(([key, schema]) => (schema.secret === true ? [key] : []));
    for (const key of keys) {
      await this.parts.secrets.removeSecret(secretPath(key));
      for (const { id } of this.parts.accounts.all) {
        await this.parts.secrets.removeSecret(secretPath(key, id));
      }
    }
  }

  async #edit(author: string, edits: readonly Edit[]): Promise<void> {
    if (edits.length > 0) orFail(await this.parts.settings.edit(author, edits));
  }

  #statusOf(id: string): PluginStatus | undefined {
    return this.parts.plugins.plugins.find((plugin) => plugin.id === id);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function missing(id: string): never {
  throw new PostroomError('plugin/unknown', `${id} was installed and is gone again; somebody removed its folder.`);
}
