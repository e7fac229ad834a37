// Installs, upgrades and removes plugins while mail flows. Without a restart, and without a message between two versions. On a store that several servers share a
// package counts for all of them once it is there.

import { rm } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { unknownPlugin } from '@postroom/sdk/base';
import type { PluginReader, PluginStatus, SettingEdit } from '@postroom/sdk/services';
import { editBy } from '@postroom/sdk/settings';
import { listsIn } from '../pluginLists.js';
import { notePackage } from '../shared/installedFolder.js';
import { type PluginPackage, packageOf } from '../shared/packageDocument.js';
import type { SharedPackages } from '../shared/sharedPackages.js';
import { acceptablePlugin } from './acceptablePlugin.js';
import { withUnpacked } from './incomingPlugin.js';
import { PluginTraces, type TraceParts } from './pluginTraces.js';

export interface InstallerParts extends TraceParts {
  readonly reader: PluginReader;
  /** `undefined` where the store is this server's alone. */
  readonly packages: SharedPackages | undefined;
}

const NOTHING_INSTALLED = 'Nothing was installed, and a former version goes on. Make room there, and add it again.';

/** Brings back what was. */
type Undo = () => Promise<void>;

export class PluginInstaller {
  /** Where installed plugins lie. */
  readonly #folder: string;
  readonly #traces: PluginTraces;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: InstallerParts) {
    this.#folder = path.join(parts.data.path, 'plugins');
    this.#traces = new PluginTraces(parts);
  }

  /** Installs a packed plugin, or puts it in the place of its former version. Rejects with nothing changed. */
  add(octets: Uint8Array, { enable, author }: { readonly enable: boolean; readonly author: string }): Promise<PluginStatus> {
    const { plugins, reader, packages } = this.parts;
    return this.inTurn(() =>
      withUnpacked(octets, { plugins, folder: this.#folder, remedy: NOTHING_INSTALLED }, async (incoming) => {
        const { id, manifest } = await acceptablePlugin(incoming, reader, plugins);
        const added = packageOf(octets, { plugin: id, version: manifest.version, author });
        const replaces = await packages?.stored(id);
        if (packages !== undefined) await notePackage(incoming, added.sha256);
        const swap = await plugins.place(incoming, id);
        let unshare: Undo | undefined;
        let isTaken = false;
        try {
          const problem = (await plugins.rescan(new Set([id]))).get(id);
          if (problem !== undefined) {
            throw new PostroomError('plugin/failed', `${id} goes on in its former version; the new one could not be activated: ${problem}`);
          }
          isTaken = true;
          if (packages !== undefined) unshare = await this.#share(packages, added, replaces);
          return enable ? await this.#enable(id, author) : (this.#statusOf(id) ?? missing(id));
        } catch (error) {
          // Installed is what runs as it was asked for: the settings may not be writable. Where the store cannot be written either, this server follows it.
          await unshare?.().catch(() => undefined);
          await swap.undo();
          await plugins.rescan(new Set(isTaken ? [id] : []));
          throw error;
        } finally {
          await swap.keep();
        }
      }),
    );
  }

  /** Takes a plugin away with its settings, secrets, state and storage. */
  remove(id: string, author: string): Promise<void> {
    const { plugins } = this.parts;
    return this.inTurn(async () => {
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
      const properties = this.#traces.ownProperties(plugin);
      await this.#edit(author, () => this.#traces.settingsWithout(id, properties));
      await plugins.settled();
      await this.#unshare(id);
      await rm(plugin.folder, { recursive: true, force: true });
      await plugins.rescan();
      await this.#traces.removeLocal(id);
      await this.#traces.removeShared(id, properties);
    });
  }

  /** One change of the plugins' folder at a time. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Before the settings enable it: whoever reads those finds the package. */
  async #share(packages: SharedPackages, added: PluginPackage, replaces: string | undefined): Promise<Undo> {
    // A damaged one is replaced all the same.
    const former = replaces === undefined ? undefined : await packages.get(added.plugin).catch(() => undefined);
    const stored = await packages.put(added, replaces);
    if (former !== undefined && former.sha256 !== added.sha256) await packages.forget(former);
    return async () => {
      if (former === undefined) await packages.remove(added.plugin, stored, added.sha256);
      else await packages.put(former, stored);
    };
  }

  async #unshare(id: string): Promise<void> {
    const { packages } = this.parts;
    const stored = await packages?.stored(id);
    if (packages === undefined || stored === undefined) return;
    // A damaged one goes as well.
    const there = await packages.get(id).catch(() => undefined);
    await packages.remove(id, stored, there?.sha256);
  }

  /** Its files are gone already, and with them what it had declared. */
  async #removeLost(id: string, author: string): Promise<void> {
    await this.#edit(author, () => this.#traces.withoutName(id));
    await this.parts.plugins.settled();
    await this.#unshare(id);
    await this.#traces.removeLocal(id);
    await this.#traces.removeShared(id);
  }

  /** Enabled, or waited for by mail, though it is not installed. */
  #isMissed(id: string): boolean {
    const { plugins, settings } = this.parts;
    return listsIn(settings).enabled.includes(id) || plugins.blocking.some((each) => each.id === id);
  }

  async #enable(id: string, author: string): Promise<PluginStatus> {
    await this.#edit(author, () => {
      const { enabled, disabled } = listsIn(this.parts.settings);
      if (enabled.includes(id) && !disabled.includes(id)) return [];
      const rest = disabled.filter((each) => each !== id);
      return [
        { path: ['plugins.enabled'], value: [...new Set([...enabled, id])] },
        { path: ['plugins.disabled'], value: rest.length === 0 ? undefined : rest },
      ];
    });
    await this.parts.plugins.settled();
    return this.#statusOf(id) ?? missing(id);
  }

  #edit(author: string, edits: () => readonly SettingEdit[]): Promise<object> {
    return editBy(this.parts.settings, author, edits);
  }

  #statusOf(id: string): PluginStatus | undefined {
    return this.parts.plugins.plugins.find((plugin) => plugin.id === id);
  }
}

function missing(id: string): never {
  throw new PostroomError('plugin/unknown', `${id} was installed and is gone again; somebody removed its folder.`);
}
