// The plugins of this server, for commands that install, enable and remove them.
import type { HookName } from '../hooks.js';
import type { PluginManifest } from '../manifest.js';
import { createServiceId } from './createServiceId.js';

export interface PluginAdministration {
  /** As last found on disk. */
  readonly plugins: readonly PluginStatus[];
  /** The plugins that mail waits for. */
  readonly blocking: readonly BlockingPlugin[];
  /** The taps of a hook, or of all, in their order. */
  taps(hook?: HookName): readonly TapPlace[];
  /** What runs, in the order in which it was activated. */
  readonly starting: readonly StartedPlugin[];
  /** Which network an isolated plugin asks for; nothing where isolation is off. */
  networkOf(manifest: PluginManifest): { readonly asks: readonly string[]; readonly waits: readonly string[] };
  /** Ids of the installed editions, of which one is enabled. */
  readonly editions: readonly string[];
  /**
   * `plugins.enabled` and `plugins.disabled` as they should be once a plugin is switched on or off; changes nothing. Throws `plugin/not-allowed` for what
   * the settings do not switch.
   */
  listsWith(plugin: string, on: boolean): PluginLists;
  /**
   * Looks at the plugins' folders again: what is new is known from now on, what is gone ends. `replaced`: plugins of which another version is installed;
   * it takes over from the one that runs between two messages. Answers why, for those whose former version runs on.
   */
  rescan(replaced?: ReadonlySet<string>): Promise<ReadonlyMap<string, string>>;
  /** Resolves when every change of the settings so far has been followed. */
  settled(): Promise<void>;
  /** An administrator removed the plugin, or agrees that it lets mail through: mail waits for it no longer. */
  forget(plugin: string): Promise<void>;
  /**
   * Plugins that this server does not have as other servers of its store do, by id, with why: mail waits for each that the settings enable. Takes the place of what
   * was said before.
   */
  holdFor(away: ReadonlyMap<string, string>): Promise<void>;
  /** A new empty folder for files that are to become a plugin: on the disk of the plugins, and none of them yet. */
  newFolder(): Promise<string>;
  /** Makes a folder of newFolder() the plugin's; rescan() finds it. A crash in between leaves the former folder or the new one. */
  place(folder: string, plugin: string): Promise<PlacedFolder>;
}
export const PluginAdministration = createServiceId<PluginAdministration>('PluginAdministration');

export type PluginState = 'disabled' | 'activating' | 'active' | 'deactivating' | 'failed';

/** A plugin as the administrator sees it. */
export interface PluginStatus {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** Part of the product. */
  readonly bundled: boolean;
  /** Not the product's, and runs inside the host all the same: boot.json says so. */
  readonly trusted: boolean;
  readonly state: PluginState;
  readonly essential: boolean;
  /** Whether mail waits while it should run and does not. */
  readonly failsClosed: boolean;
  /** Sentences: why it failed, what it complained about. */
  readonly problems: readonly string[];
  /** `undefined` where it cannot be read. */
  readonly manifest: PluginManifest | undefined;
}

/** A plugin that mail waits for. */
export interface BlockingPlugin {
  /** `publisher.name` */
  readonly id: string;
  readonly name: string;
  /** Sentences: why it does not run. */
  readonly why: string;
  /**
   * `failed`, or its files are `gone`: somebody has to see to it. `lapsed`: a stranger's version that runs and lets mail through where the former one did
   * not, before an administrator has agreed. `behind`: it runs, and the servers of its store have another version. `off`: essential, and switched off by an administrator. `changing`: soon over.
   */
  readonly how: 'failed' | 'gone' | 'lapsed' | 'behind' | 'off' | 'changing';
  /** Mail cannot be sorted without it: switching it off lets nothing pass. */
  readonly isNeeded: boolean;
}

/** A plugin in the order of the start. */
export interface StartedPlugin {
  readonly plugin: string;
  readonly phase: 'before the settings' | 'after the settings';
  /** `MailStore 1.0.0, Outbox 1.0.0` */
  readonly provides: string;
  /** `acme.store: MailStore; the host: Clock` */
  readonly requires: string;
  /** In the same form: of what it uses where it is provided, that which is now. */
  readonly uses?: string;
}

/** A tap in its place. */
export interface TapPlace {
  readonly hook: HookName;
  /** 1-based, within the hook. */
  readonly place: number;
  /** `publisher.plugin/tap` */
  readonly tap: string;
  readonly stage: string;
  readonly onError?: 'skip';
  /** Why it stands there. */
  readonly reason: string;
  /** Calls since it was added. */
  readonly calls?: number;
  readonly failures?: number;
  /** Milliseconds, over the last 128 calls; `undefined` before the first. */
  readonly medianMs?: number | undefined;
  readonly slowestMs?: number | undefined;
}

export interface PluginLists {
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
}

/** A plugin's folder that was put in place. */
export interface PlacedFolder {
  /** The former folder comes back, the new one goes. */
  undo(): Promise<void>;
  /** The former folder goes. */
  keep(): Promise<void>;
}
