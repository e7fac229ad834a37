// plugins list|order|enable|disable|add|remove. What authors need (new, validate, pack) works without a server: authoring/.

import { isDeepStrictEqual } from 'node:util';
import type { CommandCall, CommandHandler, HookName } from '@postroom/sdk';
import { unknownPlugin } from '@postroom/sdk/base';
import type { PluginAdministration, SettingsService } from '@postroom/sdk/services';
import { editBy } from '@postroom/sdk/settings';
import type { PluginInstaller } from './packages/pluginInstaller.js';
import { orderRows, pluginRows, waitingSentences } from './pluginList.js';
import { listsIn } from './pluginLists.js';
import type { PackageWatch } from './shared/packageWatch.js';

/** A packed plugin as an argument: octets, or base64. */
interface Added {
  readonly plugin: string | Uint8Array;
  readonly disabled: boolean;
}

export class PluginCommands {
  constructor(
    private readonly plugins: PluginAdministration,
    private readonly settings: SettingsService,
    private readonly installer: PluginInstaller,
    /** `undefined` where the store is this server's alone. */
    private readonly watch: Pick<PackageWatch, 'look'> | undefined,
  ) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    return {
      'plugins.list': ({ all }: { all: boolean }) => pluginRows(this.plugins, all),
      'plugins.order': (which: { hook?: HookName; services: boolean }) => orderRows(this.plugins, which),
      'plugins.enable': ({ plugin }: { plugin: string }, { author }) => this.#switch(plugin, true, author),
      'plugins.disable': ({ plugin }: { plugin: string }, { author }) => this.#switch(plugin, false, author),
      'plugins.add': (added: Added, call) => this.#add(added, call),
      'plugins.remove': async ({ plugin }: { plugin: string }, { author }) => {
        await this.installer.remove(plugin, author);
        return { removed: plugin };
      },
    };
  }

  async #add({ plugin, disabled }: Added, { author }: CommandCall): Promise<object> {
    const octets = typeof plugin === 'string' ? Buffer.from(plugin, 'base64') : plugin;
    const added = await this.installer.add(octets, { enable: !disabled, author });
    const why = this.#whyLapsed(added.id);
    const asks = why === undefined ? [] : [`${why} Mail is held until you agree: postroom plugins enable ${added.id}`];
    const told = this.#networkOf(added.id, [...added.problems, ...asks]);
    return { plugin: added.id, version: added.version, state: added.state, ...told };
  }

  /** What an administrator has to know of a plugin's network when it begins to run. */
  #networkOf(plugin: string, problems: readonly string[], runs = true): object {
    const status = this.plugins.plugins.find(({ id }) => id === plugin);
    if (status?.manifest === undefined || status.bundled || status.trusted || !runs) return { problems };
    const { asks } = this.plugins.networkOf(status.manifest);
    return { ...(asks.length > 0 && { network: asks }), problems: [...problems, ...waitingSentences(status, this.plugins)] };
  }

  #isKnown(plugin: string): boolean {
    return this.plugins.plugins.some(({ id }) => id === plugin);
  }

  async #switch(plugin: string, on: boolean, author: string): Promise<object> {
    const lists = listsIn(this.settings);
    if (!this.#isKnown(plugin)) {
      // It may have been put into the folder by hand.
      await this.plugins.rescan();
    }
    // It may be in the store since a moment ago; one that was put into the folder by hand is for all servers once it is enabled.
    if (on) await this.watch?.look((id) => id === plugin);
    // Whose files are gone can be switched off all the same: mail may wait for it.
    const isListed = !on && (lists.enabled.includes(plugin) || this.plugins.blocking.some(({ id }) => id === plugin));
    if (!this.#isKnown(plugin) && !isListed) {
      throw unknownPlugin(
        plugin,
        this.plugins.plugins.map(({ id }) => id),
      );
    }
    const waitedBefore = new Set(this.plugins.blocking.map(({ id }) => id));
    const { editions } = this.plugins;
    let after = lists;
    await editBy(this.settings, author, () => {
      after = this.plugins.listsWith(plugin, on);
      return [
        { path: ['plugins.enabled'], value: after.enabled },
        { path: ['plugins.disabled'], value: after.disabled.length === 0 ? undefined : after.disabled },
      ];
    });
    if (on && this.#whyLapsed(plugin) !== undefined) await this.plugins.forget(plugin);
    // Without a change of the settings nothing is followed: a plugin that failed is tried again.
    await (isDeepStrictEqual(lists, after) ? this.plugins.rescan() : this.plugins.settled());
    const isStopped = !on && editions.includes(plugin) && !after.enabled.some((id) => editions.includes(id));
    const warnings = isStopped
      ? [`No edition is enabled now: the service stops, and stored mail stays. Enable one of ${editions.join(', ')}.`]
      : [];
    const waits = this.plugins.blocking.filter(({ id, how }) => how !== 'changing' && id !== plugin && !waitedBefore.has(id));
    const insteadOf = on ? lists.enabled.filter((id) => !after.enabled.includes(id)) : [];
    const status = this.plugins.plugins.find(({ id }) => id === plugin);
    return {
      plugin,
      state: status?.state ?? 'disabled',
      ...(insteadOf.length > 0 && { insteadOf }),
      ...this.#networkOf(
        plugin,
        [
          ...warnings,
          ...(status?.problems ?? []),
          ...waits.map(({ id, why }) => `Mail is held until ${id} runs again, or is disabled: ${why}`),
        ],
        on,
      ),
    };
  }

  /** Why mail waits until an administrator agrees to the version that runs. */
  #whyLapsed(plugin: string): string | undefined {
    return this.plugins.blocking.find(({ id, how }) => id === plugin && how === 'lapsed')?.why;
  }
}
