// What this server calls itself: in Received lines, in greetings, in addresses of bounces.
import { hostname } from 'node:os';
import type { ServerName } from '@postroom/sdk/services';
import { SettingsService } from '../configuration/inForce/settingsService.js';

export class ConfiguredServerName implements ServerName {
  /** Asked once: every message names it. */
  readonly #machine = hostname();

  constructor(@SettingsService private readonly settings: SettingsService) {}

  get name(): string {
    return this.settings.get<string>('server.name') || this.#machine;
  }
}
