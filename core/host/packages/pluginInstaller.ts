// Installs, upgrades and removes plugins while mail flows. Without a restart, and without a message between two versions.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError, type PropertySchema } from '@postroom/sdk';
import { demandRoom, isNoRoom, noRoom } from '@postroom/sdk/base';
import { Accounts, createServiceId, DataFolder, PluginStorages, SecretStore, secretPath } from '@postroom/sdk/services';
import { SettingsService } from '../../configuration/inForce/settingsService.js';
import { problemLine } from '../../configuration/problems/problems.js';
import { isOwn } from '../../configuration/schema/schema.js';
import type { SettingEdit } from '../../configuration/text/document.js';
import { type InstalledPlugin, readPlugin } from '../discovery.js';
import { removeTree } from '../isolated/storage/removeTree.js';
import { PluginHost, type PluginStatus } from '../pluginHost.js';
import { PluginWatch } from '../pluginWatch.js';
import { unpackPlugin } from './pluginArchive.js';
import { makeIncoming, PluginFolders, swapFolder } from './pluginFolders.js';
import { unknownPlugin } from './unknownPlugin.js';

export interface PluginInstaller {
  /** Installs a packed plugin, or puts it in the place of its former version. Rejects with nothing changed. */
  add(octets: Uint8Array, options: { readonly enable: boolean; readonly author: string }): Promise<PluginStatus>;
  /** Takes a plugin away with its settings, secrets, state and storage. */
  remove(plugin: string, author: string): Promise<void>;
}
export const PluginInstaller = createServiceId<PluginInstaller>('PluginInstaller');

const NOTHING_INSTALLED = 'Nothing was installed, and a former version goes on. Make room there, and add it again.';
/** So many times as large as packed are programs and texts, about. */
const UNPACKED = 4;

export class DefaultPluginInstaller implements PluginInstaller {
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    @PluginFolders private readonly folders: PluginFolders,
    @PluginHost private readonly host: PluginHost,
    @PluginWatch private readonly watch: PluginWatch,
    @SettingsService private readonly settings: SettingsService,
    @SecretStore private readonly secrets: SecretStore,
    @PluginStorages private readonly states: PluginStorages,
    @Accounts private readonly accounts: Accounts,
    @DataFolder private readonly data: DataFolder,
  ) {}

  add(octets: Uint8Array, { enable, author }: { readonly enable: boolean; readonly author: string }): Promise<PluginStatus> {
    return this.#inTurn(async () => {
      // What it needs beside its files, its storage and its place in the settings, must fit as well.
      await demandRoom(this.folders.strangers, octets.length * UNPACKED, 'the plugin', NOTHING_INSTALLED);
      const incoming = await makeIncoming(this.folders.strangers).catch((error: unknown) => {
        throw isNoRoom(error) ? this.#tooLarge(error) : error;
      });
      try {
        await unpackPlugin(octets, incoming).catch((error: unknown) => {
          throw isNoRoom(error) ? this.#tooLarge(error) : error;
        });
        const plugin = await this.#acceptable(incoming);
        const folder = this.watch.installed.find(({ id }) => id === plugin.id)?.folder ?? path.join(this.folders.strangers, plugin.id);
        const swap = await swapFolder(incoming, folder);
        const problem = (await this.watch.rescan(new Set([plugin.id]))).get(plugin.id);
        if (problem !== undefined) {
          await swap.undo();
          await this.watch.rescan();
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
          await this.watch.rescan(new Set([plugin.id]));
          throw error;
        } finally {
          await swap.keep();
        }
      } finally {
        await rm(incoming, { recursive: true, force: true });
      }
    });
  }

  remove(id: string, author: string): Promise<void> {
    return this.#inTurn(async () => {
      const plugin = this.watch.installed.find((each) => each.id === id);
      if (plugin === undefined && this.#isMissed(id)) {
        return this.#removeLost(id, author);
      }
      if (plugin === undefined) {
        throw unknownPlugin(
          id,
          this.watch.installed.map((each) => each.id),
        );
      }
      if (plugin.bundled) {
        throw new PostroomError('plugin/unknown', `${id} is part of Postroom and stays; "postroom plugins disable ${id}" switches it off.`);
      }
      const properties = this.#ownProperties(plugin);
      await this.#edit(author, [...this.#withoutName(id), ...this.#withoutAgreement(id), ...this.#withoutSettings(properties)]);
      await this.host.settled();
      await rm(plugin.folder, { recursive: true, force: true });
      await this.watch.rescan();
      await this.#removeTraces(id);
      await this.#removeSecrets(properties);
    });
  }

  /** A manifest may declare what is another plugin's: that stays. */
  #ownProperties({ id, manifest }: InstalledPlugin): Readonly<Record<string, PropertySchema>> {
    const declared = Object.entries(manifest?.contributes?.configuration?.properties ?? {});
    return Object.fromEntries(declared.filter(([key]) => isOwn(this.settings.schema, id, key)));
  }

  #tooLarge(error: unknown): PostroomError {
    return noRoom(this.folders.strangers, 'the plugin does not fit', NOTHING_INSTALLED, error);
  }

  /** Its files are gone already, and with them what it had declared. */
  async #removeLost(id: string, author: string): Promise<void> {
    await this.#edit(author, this.#withoutName(id));
    await this.host.settled();
    await this.#removeTraces(id);
  }

  /** Enabled, or waited for by mail, though nobody finds it. */
  #isMissed(id: string): boolean {
    return this.settings.get<readonly string[]>('plugins.enabled').includes(id) || this.host.blocking.some((each) => each.id === id);
  }

  async #removeTraces(id: string): Promise<void> {
    await this.host.forget(id);
    await removeTree(path.join(this.data.path, 'storage', id));
    await this.states.remove(id);
  }

  /** Reads what was unpacked; throws every reason against it. */
  async #acceptable(folder: string): Promise<InstalledPlugin> {
    const plugin = await readPlugin(folder, false);
    if (plugin.manifest === undefined || plugin.problems.length > 0) {
      throw new PostroomError('plugin/package', `The plugin was not installed.\n${plugin.problems.join('\n')}`);
    }
    if (this.watch.installed.some(({ id, bundled }) => bundled && id === plugin.id)) {
      throw new PostroomError(
        'plugin/package',
        `${plugin.id} is the name of a plugin of Postroom's own; choose another publisher or name.`,
      );
    }
    return plugin;
  }

  async #enable(id: string, author: string): Promise<PluginStatus> {
    const enabled = this.settings.get<readonly string[]>('plugins.enabled');
    const disabled = this.settings.get<readonly string[]>('plugins.disabled');
    if (!enabled.includes(id) || disabled.includes(id)) {
      const rest = disabled.filter((each) => each !== id);
      await this.#edit(author, [
        { path: ['plugins.enabled'], value: [...new Set([...enabled, id])] },
        { path: ['plugins.disabled'], value: rest.length === 0 ? undefined : rest },
      ]);
    }
    await this.host.settled();
    return this.#statusOf(id) ?? missing(id);
  }

  #withoutName(id: string): readonly SettingEdit[] {
    return ['plugins.enabled', 'plugins.disabled'].flatMap((key) => {
      const names = this.settings.get<readonly string[]>(key);
      const rest = names.filter((each) => each !== id);
      return names.length === rest.length
        ? []
        : [{ path: [key], value: key === 'plugins.disabled' && rest.length === 0 ? undefined : rest }];
    });
  }

  /** Whoever comes by that name later has to ask anew. */
  #withoutAgreement(id: string): readonly SettingEdit[] {
    const { [id]: agreed, ...others } = this.settings.get<Readonly<Record<string, readonly string[]>>>('plugins.network');
    return agreed === undefined ? [] : [{ path: ['plugins.network'], value: Object.keys(others).length === 0 ? undefined : others }];
  }

  /** Everything that stands in the file for the plugin's own properties. */
  #withoutSettings(properties: Readonly<Record<string, PropertySchema>>): readonly SettingEdit[] {
    const places = [
      [],
      ...this.accounts.all.flatMap(({ id, users }) => [['accounts', id], ...users.map(({ name }) => ['accounts', id, 'users', name])]),
    ];
    return Object.keys(properties).flatMap((key) =>
      places
        .map((place) => [...place, key])
        .filter((at) => this.settings.written(at) !== undefined)
        .map((at) => ({ path: at, value: undefined })),
    );
  }

  async #removeSecrets(properties: Readonly<Record<string, PropertySchema>>): Promise<void> {
    const keys = Object.entries(properties).flatMap(([key, schema]) => (schema.secret === true ? [key] : []));
    for (const key of keys) {
      await this.secrets.removeSecret(secretPath(key));
      for (const { id } of this.accounts.all) {
        await this.secrets.removeSecret(secretPath(key, id));
      }
    }
  }

  async #edit(author: string, edits: readonly SettingEdit[]): Promise<void> {
    if (edits.length === 0) {
      return;
    }
    const change = await this.settings.edit(author, edits);
    if (!change.ok) {
      throw new PostroomError(change.code, `Nothing was changed.\n${change.problems.map((problem) => problemLine(problem)).join('\n')}`);
    }
  }

  #statusOf(id: string): PluginStatus | undefined {
    return this.host.plugins.find((plugin) => plugin.id === id);
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
