// plugins list|order|enable|disable|add|allow|remove. What authors need (new, validate, pack) is in the CLI: it works on their files.
import { isDeepStrictEqual } from 'node:util';
import type { HookName, PluginManifest } from '@postroom/sdk';
import { SettingsService } from '../configuration/inForce/settingsService.js';
import { stageOf, tapName } from '../hooking/order.js';
import { HostHooks } from '../hooks.js';
import { type PluginLists, switchPlugin } from '../host/enablement.js';
import { failsClosed } from '../host/failClosed.js';
import { PluginNetwork } from '../host/network/pluginNetwork.js';
import { PluginInstaller } from '../host/packages/pluginInstaller.js';
import { unknownPlugin } from '../host/packages/unknownPlugin.js';
import { PluginHost } from '../host/pluginHost.js';
import { PluginWatch } from '../host/pluginWatch.js';
import { type CommandArea, type FileArgument, type HandlersOf, handler, octetsOf } from './area.js';
import { type Agreement, agree, waitingSentences } from './networkAgreement.js';
import type { PLUGIN_COMMANDS } from './pluginDeclarations.js';
import { orFail } from './settingsEdit.js';

export class PluginArea implements CommandArea {
  constructor(
    @PluginHost readonly host: PluginHost,
    @HostHooks private readonly hooks: HostHooks,
    @SettingsService readonly settings: SettingsService,
    @PluginWatch private readonly watch: PluginWatch,
    @PluginInstaller private readonly installer: PluginInstaller,
    @PluginNetwork readonly network: PluginNetwork,
  ) {}

  readonly handlers: HandlersOf<typeof PLUGIN_COMMANDS> = {
    'plugins.list': handler<{ all: boolean }>(({ all }) =>
      this.host.plugins
        .filter((plugin) => all || plugin.state !== 'disabled' || plugin.problems.length > 0)
        .map(({ id, name, version, state, bundled, trusted, problems, manifest }) => ({
          plugin: id,
          name,
          version,
          state,
          runs: bundled ? 'in the host' : trusted ? 'in the host, trusted by boot.json' : 'isolated',
          deliveries: !bundled && takesDeliveries(manifest) ? 'may take them over' : '',
          mail: this.host.blocking.some((each) => each.id === id) ? 'is held for it' : bundled ? '' : withoutIt(manifest),
          problems: [...problems, ...(bundled || state === 'disabled' ? [] : waitingSentences(id, manifest, this.network))],
        })),
    ),
    'plugins.order': handler<{ hook?: HookName; services: boolean }>(({ hook, services }) =>
      services
        ? this.host.starting.map((each, index) => ({ place: index + 1, ...each }))
        : Object.values(this.hooks)
            .filter((point) => hook === undefined || point.name === hook)
            .flatMap((point) => {
              const { figures } = point;
              return point.order.taps.map(({ tap, stage, reason }, place) => ({
                hook: point.name,
                place: place + 1,
                tap: tapName(tap),
                stage,
                ...(tap.declaration.onError === 'skip' && { onError: 'skip' }),
                ...figures.get(tapName(tap)),
                reason,
              }));
            }),
    ),
    'plugins.enable': handler<{ plugin: string }>(({ plugin }, call) => this.#switch(plugin, true, call.author)),
    'plugins.add': handler<{ plugin: FileArgument; disabled: boolean }>(async ({ plugin, disabled }, call) => {
      const added = await this.installer.add(octetsOf(plugin), { enable: !disabled, author: call.author });
      const why = this.#whyLapsed(added.id);
      const asks = why === undefined ? [] : [`${why} Mail is held until you agree: postroom plugins enable ${added.id}`];
      const problems = [...added.problems, ...asks];
      return { plugin: added.id, version: added.version, state: added.state, ...this.#networkOf(added.id, problems) };
    }),
    'plugins.allow': handler<Agreement>(async (agreement, call) => agree(agreement, call.author, this)),
    'plugins.remove': handler<{ plugin: string }>(async ({ plugin }, call) => {
      await this.installer.remove(plugin, call.author);
      return { removed: plugin };
    }),
    'plugins.disable': handler<{ plugin: string }>(({ plugin }, call) => this.#switch(plugin, false, call.author)),
  };

  /** What an administrator has to know of a plugin's network when it begins to run. */
  #networkOf(plugin: string, problems: readonly string[], runs = true): object {
    const status = this.host.plugins.find(({ id }) => id === plugin);
    if (status?.manifest === undefined || status.bundled || !runs) return { problems };
    const network = this.network.entriesOf(status.manifest).flatMap(({ entry, means }) => (means.length === 0 ? [entry] : means));
    return { ...(network.length > 0 && { network }), problems: [...problems, ...waitingSentences(plugin, status.manifest, this.network)] };
  }

  #isKnown(plugin: string): boolean {
    return this.host.plugins.some(({ id }) => id === plugin);
  }

  async #switch(plugin: string, on: boolean, author: string): Promise<object> {
    const lists: PluginLists = { enabled: this.settings.get('plugins.enabled'), disabled: this.settings.get('plugins.disabled') };
    if (!this.#isKnown(plugin)) {
      // It may have been put into the folder by hand.
      await this.watch.rescan();
    }
    // Whose files are gone can be switched off all the same: mail may wait for it.
    const isListed = !on && (lists.enabled.includes(plugin) || this.host.blocking.some(({ id }) => id === plugin));
    if (!this.#isKnown(plugin) && !isListed) {
      throw unknownPlugin(
        plugin,
        this.host.plugins.map(({ id }) => id),
      );
    }
    const waitedBefore = new Set(this.host.blocking.map(({ id }) => id));
    const editions = [...this.settings.schema.editions.keys()];
    const after = switchPlugin(this.watch.installed, lists, { plugin, on, editions }, this.host.ground);
    orFail(
      await this.settings.edit(author, [
        { path: ['plugins.enabled'], value: after.enabled },
        { path: ['plugins.disabled'], value: after.disabled.length === 0 ? undefined : after.disabled },
      ]),
    );
    if (on && this.#whyLapsed(plugin) !== undefined) await this.host.forget(plugin);
    // Without a change nobody has heard of it: a plugin that failed is tried again.
    await (isDeepStrictEqual(lists, after) ? this.watch.rescan() : this.host.settled());
    const isStopped = !on && editions.includes(plugin) && !after.enabled.some((id) => editions.includes(id));
    const warnings = isStopped
      ? [`No edition is enabled now: the service stops, and stored mail stays. Enable one of ${editions.join(', ')}.`]
      : [];
    const waits = this.host.blocking.filter(({ id, how }) => how !== 'changing' && id !== plugin && !waitedBefore.has(id));
    const insteadOf = on ? lists.enabled.filter((id) => !after.enabled.includes(id)) : [];
    const status = this.host.plugins.find(({ id }) => id === plugin);
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
    return this.host.blocking.find(({ id, how }) => id === plugin && how === 'lapsed')?.why;
  }
}

/** Whether its word decides what counts as sent. */
function takesDeliveries(manifest: PluginManifest | undefined): boolean {
  return manifest?.contributes?.taps?.some((tap) => tap.hook === 'onDeliver' && stageOf(tap) === 'deliver') ?? false;
}

/** What becomes of mail while the plugin does not run, for who reads a list. */
function withoutIt(manifest: PluginManifest | undefined): string {
  return failsClosed(manifest) ? 'would be held without it' : 'would go on without it';
}
