// What this server calls itself: in Received lines, in greetings, in addresses of bounces.
import { hostname } from 'node:os';
import { createServiceId } from '@postroom/sdk/services';
import { SettingsService } from '../configuration/inForce/settingsService.js';

export interface ServerName {
  /** A host name: the setting server.name, else the machine's own. */
  readonly name: string;
}
export const ServerName = createServiceId<ServerName>('ServerName');

export class ConfiguredServerName implements ServerName {
  /** Asked once: every message names it. */
  readonly #machine = hostname();

  constructor(@SettingsService private readonly settings: SettingsService) {}

  get name(): string {
    return this.settings.get<string>('server.name') || this.#machine;
  }
}
