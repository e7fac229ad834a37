// The settings as the host itself sees them: what plugins have of them, and what the host alone decides.
import type { Disposable, PluginManifest, Settings } from '@postroom/sdk';
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
  /** Before an edit or a new text is written, and awaited: where a listener rejects, nothing is changed. Not for what an editor wrote itself. */
  onWillChange(listener: (change: ComingChange) => Promise<void>): Disposable;
}
export const HostSettings = createServiceId<HostSettings>('HostSettings');

/** A change that is about to be written and to come into force. */
export interface ComingChange {
  readonly author: string;
  /** In force now. */
  readonly before: SettingsValue;
  readonly after: SettingsValue;
}
