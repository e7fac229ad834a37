// A plugin that has been brought to life, inside the host or in a process of its own.

/** What the plugin host needs to run a plugin, wherever its code lives. */
export interface PluginRuntime {
  /**
   * Imports the code and calls its activate(). Rejects with the reason. `instead`: the former version, whose taps leave the hooks in the moment
   * in which the new ones come; it is left as it was where this rejects.
   */
  activate(instead?: PluginRuntime): Promise<void>;
  /** Takes the plugin's taps out of the hooks; calls already inside go on. */
  untap(): void;
  /** Calls deactivate() and disposes everything, last-in-first-out. Collects problems instead of stopping at the first. */
  deactivate(): Promise<readonly string[]>;
}
