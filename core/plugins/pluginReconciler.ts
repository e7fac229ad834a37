// Keeps what runs equal to what is installed and to what the settings say: which plugins are enabled, and whose ports have to open again.

import type { Disposable } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import { Clock } from '@postroom/sdk/services';
import { hasCode } from '../base/hasCode.js';
import { inject } from '../base/inject.js';
import { HostSettings } from '../configuration/inForce/hostSettings.js';
import { CommandRegistry } from './contributions/commandRegistry.js';
import { Ports } from './contributions/ports.js';
import { declaredManifests, provenManifests, servedCommands } from './manifests/declared.js';
import type { InstalledPlugin } from './manifests/discovery.js';
import { PluginFolders } from './manifests/pluginFolders.js';
import { PluginHost } from './pluginHost.js';
import { PluginRecords } from './pluginRecords.js';

/** From one try to activate what the store was away for to the next: longer each time. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export class PluginReconciler implements Disposable {
  #installed: readonly InstalledPlugin[] = [];
  readonly #watching = new DisposableStack();
  #isOver = false;
  /** What follows each plugin's declarations. */
  readonly #followed = new Map<string, DisposableStack>();
  #nextTry: Disposable | undefined;
  #waitMs = FIRST_WAIT_MS;

  constructor(
    @inject(PluginHost) private readonly host: PluginHost,
    @inject(HostSettings) private readonly settings: HostSettings,
    @inject(CommandRegistry) private readonly commands: CommandRegistry,
    @inject(Ports) private readonly ports: Ports,
    @inject(PluginFolders) private readonly folders: PluginFolders,
    @inject(PluginRecords) private readonly records: PluginRecords,
    @Clock private readonly clock: Clock,
  ) {}

  /** As last found on disk. */
  get installed(): readonly InstalledPlugin[] {
    return this.#installed;
  }

  /** Activates what should run, and follows the settings from then on. */
  async start(installed: readonly InstalledPlugin[]): Promise<void> {
    this.#installed = installed;
    for (const plugin of installed) {
      this.#follow(plugin);
    }
    this.#watching.use(this.settings.onDidChange(['plugins.enabled', 'plugins.disabled'], () => void this.#apply()));
    await this.#apply();
  }

  /**
   * Looks at the plugins' folders again: what is new is known from now on, what is gone ends. `replaced`: plugins that are another version now.
   * Answers why, for those of them that run on in their former version.
   */
  async rescan(replaced: ReadonlySet<string> = new Set()): Promise<ReadonlyMap<string, string>> {
    const installed = await this.folders.discover();
    // What was asked for before the end begins nothing after it.
    if (this.#isOver) return new Map();
    for (const id of [...this.#followed.keys()]) {
      if (replaced.has(id) || !installed.some((plugin) => plugin.id === id)) {
        await this.#followed.get(id)?.dispose();
        this.#followed.delete(id);
      }
    }
    this.#installed = installed;
    for (const plugin of installed.filter(({ id }) => !this.#followed.has(id))) {
      this.#follow(plugin);
    }
    await this.settings.setManifests(declaredManifests(installed), provenManifests(installed));
    return this.#apply(replaced);
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    await this.#watching.dispose();
    await this.host.stop();
    void this.#nextTry?.dispose();
    for (const stack of this.#followed.values()) {
      await stack.dispose();
    }
  }

  #follow(plugin: InstalledPlugin): void {
    const stack = new DisposableStack();
    this.#followed.set(plugin.id, stack);
    stack.use(this.commands.declare(plugin.id, servedCommands(plugin), !plugin.bundled));
    const listenerKeys = Object.entries(plugin.manifest?.contributes?.configuration?.properties ?? {})
      .filter(([, schema]) => schema.restart === 'listener')
      .map(([key]) => key);
    if (listenerKeys.length > 0) {
      stack.use(this.settings.onDidChange(listenerKeys, () => void this.ports.reopen(plugin.id)));
    }
  }

  async #apply(replaced?: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    if (this.#isOver) return new Map();
    const enabled = this.settings.get<readonly string[]>('plugins.enabled');
    const disabled = this.settings.get<readonly string[]>('plugins.disabled');
    const unchanged = await this.host.apply(this.#installed, enabled, disabled, replaced);
    this.#tryLater();
    return unchanged;
  }

  /** A plugin that could not read what it keeps, as the store was away, would stay out for good, and mail would wait for it. */
  #tryLater(): void {
    void this.#nextTry?.dispose();
    const isStoreAway = this.records.all.some(
      ({ state, error }) => state === 'failed' && (hasCode(error, 'store/unreachable') || hasCode(error, 'store/unknown')),
    );
    if (!isStoreAway || this.#isOver) {
      this.#waitMs = FIRST_WAIT_MS;
      return;
    }
    this.#nextTry = this.clock.after(this.#waitMs, () => void this.#apply().catch(() => this.#tryLater()));
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
  }
}
