// plugins list|order|enable|disable|add|remove. What authors need (new, validate, pack) is in the CLI: it works on their files.
import { isDeepStrictEqual } from 'node:util';
import type { HookName } from '@postroom/sdk';
import { SettingsService } from '../configuration/settingsService.js';
import { tapName } from '../hooking/order.js';
import { HostHooks } from '../hooks.js';
import { type PluginLists, switchPlugin } from '../host/enablement.js';
import { PluginInstaller } from '../host/packages/pluginInstaller.js';
import { unknownPlugin } from '../host/packages/unknownPlugin.js';
import { PluginHost } from '../host/pluginHost.js';
import { PluginWatch } from '../host/pluginWatch.js';
import { type CommandArea, type FileArgument, type HandlersOf, handler, octetsOf } from './area.js';
import type { PLUGIN_COMMANDS } from './pluginDeclarations.js';
import { orFail } from './settingsEdit.js';

export class PluginArea implements CommandArea {
  constructor(
    @PluginHost private readonly host: PluginHost,
    @HostHooks private readonly hooks: HostHooks,
    @SettingsService private readonly settings: SettingsService,
    @PluginWatch private readonly watch: PluginWatch,
    @PluginInstaller private readonly installer: PluginInstaller,
  ) {}

  readonly handlers: HandlersOf<typeof PLUGIN_COMMANDS> = {
    'plugins.list': handler<{ all: boolean }>(({ all }) =>
      this.host.plugins
        .filter((plugin) => all || plugin.state !== 'disabled' || plugin.problems.length > 0)
        .map(({ id, name, version, state, bundled, problems }) => ({
          plugin: id,
          name,
          version,
          state,
          runs: bundled ? 'in the host' : 'isolated',
          problems,
        })),
    ),
    'plugins.order': handler<{ hook?: HookName }>(({ hook }) =>
      Object.values(this.hooks)
        .filter((point) => hook === undefined || point.name === hook)
        .flatMap((point) => {
          const { figures } = point;
          return point.order.taps.map(({ tap, stage, reason }, place) => ({
            hook: point.name,
            place: place + 1,
            tap: tapName(tap),
            stage,
            ...figures.get(tapName(tap)),
            reason,
          }));
        }),
    ),
    'plugins.enable': handler<{ plugin: string }>(({ plugin }, call) => this.#switch(plugin, true, call.author)),
    'plugins.add': handler<{ plugin: FileArgument; disabled: boolean }>(async ({ plugin, disabled }, call) => {
      const added = await this.installer.add(octetsOf(plugin), { enable: !disabled, author: call.author });
      return { plugin: added.id, version: added.version, state: added.state, problems: added.problems };
    }),
    'plugins.remove': handler<{ plugin: string }>(async ({ plugin }, call) => {
      await this.installer.remove(plugin, call.author);
      return { removed: plugin };
    }),
    'plugins.disable': handler<{ plugin: string }>(({ plugin }, call) => this.#switch(plugin, false, call.author)),
  };

  #isKnown(plugin: string): boolean {
    return this.host.plugins.some(({ id }) => id === plugin);
  }

  async #switch(plugin: string, on: boolean, author: string): Promise<object> {
    if (!this.#isKnown(plugin)) {
      // It may have been put into the folder by hand.
      await this.watch.rescan();
    }
    if (!this.#isKnown(plugin)) {
      throw unknownPlugin(
        plugin,
        this.host.plugins.map(({ id }) => id),
      );
    }
    const editions = [...this.settings.schema.editions.keys()];
    const before: PluginLists = { enabled: this.settings.get('plugins.enabled'), disabled: this.settings.get('plugins.disabled') };
    const after = switchPlugin(this.watch.installed, before, { plugin, on, editions });
    orFail(
      await this.settings.edit(author, [
        { path: ['plugins.enabled'], value: after.enabled },
        { path: ['plugins.disabled'], value: after.disabled.length === 0 ? undefined : after.disabled },
      ]),
    );
    // Without a change nobody has heard of it: a plugin that failed is tried again.
    await (isDeepStrictEqual(before, after) ? this.watch.rescan() : this.host.settled());
    const isStopped = !on && editions.includes(plugin) && !after.enabled.some((id) => editions.includes(id));
    const warnings = isStopped
      ? [`No edition is enabled now: the service stops, and stored mail stays. Enable one of ${editions.join(', ')}.`]
      : [];
    const insteadOf = on ? before.enabled.filter((id) => !after.enabled.includes(id)) : [];
    const status = this.host.plugins.find(({ id }) => id === plugin);
    return {
      plugin,
      state: status?.state ?? 'disabled',
      ...(insteadOf.length > 0 && { insteadOf }),
      problems: [...warnings, ...(status?.problems ?? [])],
    };
  }
}
