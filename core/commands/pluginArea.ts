// plugins list|order|enable|disable|add|remove. What authors need (new, validate, pack) is in the CLI: it works on their files.
import type { HookName } from '@postroom/sdk';
import { PostroomError } from '@postroom/sdk';
import { SettingsService } from '../configuration/settingsService.js';
import { tapName } from '../hooking/order.js';
import { HostHooks } from '../hooks.js';
import { planEnablement } from '../host/enablement.js';
import { PluginInstaller } from '../host/packages/pluginInstaller.js';
import { PluginHost } from '../host/pluginHost.js';
import { PluginWatch } from '../host/pluginWatch.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
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
    'plugins.add': handler<{ plugin: string; disabled: boolean }>(async ({ plugin, disabled }, call) => {
      const added = await this.installer.add(Buffer.from(plugin, 'base64'), { enable: !disabled, author: call.author });
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
      throw new PostroomError('plugin/unknown', `No plugin ${plugin} is installed. "postroom plugins list --all" shows those that are.`);
    }
    const enabled = this.settings.get<readonly string[]>('plugins.enabled');
    const disabled = this.settings.get<readonly string[]>('plugins.disabled');
    const byPack = !enabled.includes(plugin);
    const nextDisabled = on || !byPack ? disabled.filter((id) => id !== plugin) : [...new Set([...disabled, plugin])];
    const isWanted = planEnablement(this.watch.installed, enabled, nextDisabled).wanted.has(plugin);
    const nextEnabled = on ? [...enabled, ...(isWanted ? [] : [plugin])] : enabled.filter((id) => id !== plugin);
    const result = await this.settings.edit(author, [
      { path: ['plugins.enabled'], value: nextEnabled },
      { path: ['plugins.disabled'], value: nextDisabled.length === 0 ? undefined : nextDisabled },
    ]);
    orFail(result);
    const isChanged = nextEnabled.length !== enabled.length || nextDisabled.length !== disabled.length;
    // Without a change nobody has heard of it: a plugin that failed is tried again.
    await (isChanged ? this.host.settled() : this.watch.rescan());
    const status = this.host.plugins.find(({ id }) => id === plugin);
    return { plugin, state: status?.state ?? 'disabled', problems: status?.problems ?? [] };
  }
}
