// The settings as the host itself sees them: what plugins have of them, and what the host alone decides.
import type { PluginManifest, Settings } from '@postroom/sdk';
import { createServiceId, type SettingsService } from '@postroom/sdk/services';
import type { SettingsValue } from '@postroom/sdk/settings';
import type { LimitCheck } from '../checking/limits.js';
import type { SettingsSchema } from '../schema/schema.js';

export interface HostSettings extends SettingsService {
  readonly value: SettingsValue;
  readonly schema: SettingsSchema;
  /** The installed plugins changed: merges the schema again and checks the text against it. */
  setManifests(manifests: readonly PluginManifest[], proven?: ReadonlySet<PluginManifest>): Promise<void>;
  /** Who is asked whether accounts and users may grow. Until it is set, none are refused. */
  setLimitCheck(check: LimitCheck | undefined): void;
  /** The reading side only, for a plugin. */
  forPlugin(manifest: Pick<PluginManifest, 'publisher' | 'name'>): Settings;
}
export const HostSettings = createServiceId<HostSettings>('HostSettings');
