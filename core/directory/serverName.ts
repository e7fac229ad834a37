// What this server calls itself: in Received lines, in greetings, in addresses of bounces.
import { hostname } from 'node:os';
import { type ServerName, SettingsService } from '@postroom/sdk/services';

export class ConfiguredServerName implements ServerName {
  /** Asked once: every message names it. */
  readonly #machine = hostname();

  constructor(@SettingsService private readonly settings: SettingsService) {}

  get name(): string {
    return this.settings.get<string>('server.name') || this.#machine;
  }
}
