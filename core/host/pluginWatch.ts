// Keeps what runs equal to what the settings say: which plugins are enabled, and whose ports have to open anew.
import type { CommandDeclaration, Disposable } from '@postroom/sdk';
import { DisposableStack } from '../base/disposables.js';
import { CommandRegistry } from '../commands/commandRegistry.js';
import { SettingsService } from '../configuration/settingsService.js';
import type { InstalledPlugin } from './discovery.js';
import { Doors } from './doors.js';
import { PluginHost } from './pluginHost.js';

export class PluginWatch implements Disposable {
  #installed: readonly InstalledPlugin[] = [];
  readonly #watching = new DisposableStack();

  constructor(
    @PluginHost private readonly host: PluginHost,
    @SettingsService private readonly settings: SettingsService,
    @CommandRegistry private readonly commands: CommandRegistry,
    @Doors private readonly doors: Doors,
  ) {}

  /** Activates what should run, and follows the settings from then on. */
  async start(installed: readonly InstalledPlugin[]): Promise<void> {
    this.#installed = installed;
    for (const plugin of installed) {
      const declared: readonly CommandDeclaration[] = plugin.manifest?.contributes?.commands ?? [];
      this.#watching.use(this.commands.declare(plugin.id, declared));
      const listenerKeys = Object.entries(plugin.manifest?.contributes?.configuration?.properties ?? {})
        .filter(([, schema]) => schema.restart === 'listener')
        .map(([key]) => key);
      if (listenerKeys.length > 0) {
        this.#watching.use(this.settings.onDidChange(listenerKeys, () => void this.doors.reopen(plugin.id)));
      }
    }
    this.#watching.use(this.settings.onDidChange(['plugins.enabled', 'plugins.disabled'], () => void this.#apply()));
    await this.#apply();
  }

  async dispose(): Promise<void> {
    await this.#watching.dispose();
    await this.host.stop();
  }

  #apply(): Promise<void> {
    const enabled = this.settings.get<readonly string[]>('plugins.enabled');
    const disabled = this.settings.get<readonly string[]>('plugins.disabled');
    return this.host.apply(this.#installed, enabled, disabled);
  }
}
