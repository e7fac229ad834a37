// The plugins as those commands see and change them that install, enable and remove.
import type { HookName, PluginManifest } from '@postroom/sdk';
import {
  type BlockingPlugin,
  IsolatedModules,
  type NetworkDemand,
  type PlacedFolder,
  type PluginAdministration,
  type PluginLists,
  type PluginStatus,
  SettingsService,
  type StartedPlugin,
  type TapPlace,
} from '@postroom/sdk/services';
import { inject } from 'inversify';
import { tapName } from '../hooking/order.js';
import { HostHooks } from '../hooks/hooks.js';
import { PluginFolders } from './manifests/pluginFolders.js';
import { PluginHost } from './pluginHost.js';
import { PluginReconciler } from './pluginReconciler.js';
import { ServiceRegistry } from './services/serviceRegistry.js';
import { switchPlugin } from './start/enablement.js';

const NO_DEMAND: NetworkDemand = { asks: [], waits: [] };

export class HostAdministration implements PluginAdministration {
  constructor(
    @inject(PluginHost) private readonly host: PluginHost,
    @inject(PluginReconciler) private readonly reconciler: PluginReconciler,
    @HostHooks private readonly hooks: HostHooks,
    @SettingsService private readonly settings: SettingsService,
    @inject(PluginFolders) private readonly folders: PluginFolders,
    @inject(ServiceRegistry) private readonly services: ServiceRegistry,
  ) {}

  get plugins(): readonly PluginStatus[] {
    return this.host.plugins;
  }

  get blocking(): readonly BlockingPlugin[] {
    return this.host.blocking;
  }

  get starting(): readonly StartedPlugin[] {
    return this.host.starting;
  }

  get editions(): readonly string[] {
    return [...this.settings.schema.editions.keys()];
  }

  taps(hook?: HookName): readonly TapPlace[] {
    return Object.values(this.hooks)
      .filter((point) => hook === undefined || point.name === hook)
      .flatMap((point) => {
        const { figures, name } = point;
        return point.order.taps.map(({ tap, stage, reason }, index): TapPlace => {
          const skips = tap.declaration.onError === 'skip' ? ({ onError: 'skip' } as const) : {};
          return { hook: name, place: index + 1, tap: tapName(tap), stage, ...skips, ...figures.get(tapName(tap)), reason };
        });
      });
  }

  networkOf(manifest: PluginManifest): NetworkDemand {
    return this.services.has(IsolatedModules.serviceName) ? this.services.get(IsolatedModules).networkOf(manifest) : NO_DEMAND;
  }

  listsWith(plugin: string, on: boolean): PluginLists {
    const list = (key: string): readonly string[] => this.settings.get<readonly string[]>(key);
    const lists = { enabled: list('plugins.enabled'), disabled: list('plugins.disabled') };
    return switchPlugin(this.reconciler.installed, lists, { plugin, on, editions: this.editions }, this.host.ground);
  }

  rescan(replaced?: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    return this.reconciler.rescan(replaced);
  }

  settled(): Promise<void> {
    return this.host.settled();
  }

  forget(plugin: string): Promise<void> {
    return this.host.forget(plugin);
  }

  holdFor(away: ReadonlyMap<string, string>): Promise<void> {
    return this.host.holdFor(away);
  }

  newFolder(): Promise<string> {
    return this.folders.makeIncoming();
  }

  place(folder: string, plugin: string): Promise<PlacedFolder> {
    const former = this.reconciler.installed.find(({ id }) => id === plugin)?.folder;
    return this.folders.place(folder, plugin, former);
  }
}
