// Where plugins run that are not the product's own, and that boot.json does not trust: apart from the host, and closed in.

import type { PluginContext } from '../context.js';
import type { Disposable } from '../disposable.js';
import type { MailView } from '../mail.js';
import type { PluginManifest, TapDeclaration } from '../manifest.js';
import { createServiceId } from './createServiceId.js';

/** Loads the code of isolated plugins. Where no active plugin provides it, none of them is activated. */
export interface IsolatedModules {
  /** The plugin's module. Nothing of its code has run when this answers. */
  load(plugin: IsolatedPlugin, host: IsolationHost): IsolatedModule;
  /** Which network a plugin asks for, and what of it waits for the administrator, with the settings in force. */
  networkOf(manifest: PluginManifest): NetworkDemand;
}
export const IsolatedModules = createServiceId<IsolatedModules>('IsolatedModules');

/** A plugin that is to be isolated. */
export interface IsolatedPlugin {
  /** `publisher.name` */
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  /** Names a main module. */
  readonly manifest: PluginManifest;
}

/** What `import()` gives of a plugin that runs inside the host. It keeps its own time limits: whatever is called here comes to an end. */
export interface IsolatedModule {
  /**
   * Runs the plugin's activate(). What the plugin does with its context is done with this one: taps, commands, settings, secrets, state, mail, log.
   * Taps and commands stay while the code is started again after a failure. Rejects with the reason, and nothing of the code runs then.
   */
  activate(context: PluginContext): Promise<void>;
  /** Runs the plugin's deactivate() and ends the code, whatever it does. Answers problems, as sentences. */
  deactivate(): Promise<readonly string[]>;
}

/** What the host does for an isolated plugin beyond its context. */
export interface IsolationHost {
  /** Milliseconds that a call of the tap may take. The caller counts them: of isolated code only the time counts that it takes itself. */
  timeLimit(tap: TapDeclaration): number;
  /** The code ended by itself, or could not be started again. `inHand`: the messages that it had in hand then; any of them may be the cause. */
  failed(sentence: string, inHand: readonly MailView[]): void;
  /** Keeps the reader of MIME ready, which a message's content() waits for, until this is disposed. */
  keepContentReady(): Disposable;
}

/** Places on the network: `api.example.com:443`, `unix:/run/x.sock`. */
export interface NetworkDemand {
  /** What the manifest asks for, with the plugin's settings put in; entries whose settings are empty as they stand there. */
  readonly asks: readonly string[];
  /** Of those, what works only when the administrator agrees, who has not. */
  readonly waits: readonly string[];
}
