// What the host knows of each plugin: its state, what is wrong with it, and what runs of it.
import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import { Events, type PluginState, type PluginStatus } from '@postroom/sdk/services';
import { FailureTracker } from './failures/failureTracker.js';
import { failsClosed } from './filters/failClosed.js';
import type { InstalledPlugin } from './manifests/discovery.js';
import type { PluginRuntime } from './runtime/pluginRuntime.js';

export interface PluginRecord {
  /** What runs where the plugin is active, else as last found on disk. */
  installed: InstalledPlugin;
  state: PluginState;
  problems: readonly string[];
  /** Why it was switched off, without the way back. */
  cause?: string | undefined;
  /** What activate() threw, where it failed. */
  error?: unknown;
  runtime: PluginRuntime | undefined;
  readonly failures: FailureTracker;
}

export class PluginRecords {
  readonly #records = new Map<string, PluginRecord>();
  /** In order of activation. */
  readonly #active: PluginRecord[] = [];
  readonly #stateChanged = new Listeners<void>();

  constructor(@Events private readonly events: Events) {}

  get(id: string): PluginRecord | undefined {
    return this.#records.get(id);
  }

  get all(): readonly PluginRecord[] {
    return [...this.#records.values()];
  }

  /** Those that run, in the order in which they were activated; one that is being deactivated until that is over. */
  get active(): readonly PluginRecord[] {
    return [...this.#active];
  }

  isActive(id: string): boolean {
    return this.#active.some(({ installed }) => installed.id === id);
  }

  /** What was found on disk. One that runs stays the version that it is. */
  remember(installed: readonly InstalledPlugin[]): void {
    for (const plugin of installed) {
      const record = this.#records.get(plugin.id);
      if (record === undefined) {
        const { problems } = plugin;
        this.#records.set(plugin.id, {
          installed: plugin,
          state: 'disabled',
          problems,
          runtime: undefined,
          failures: new FailureTracker(),
        });
      } else if (record.state !== 'active') {
        record.installed = plugin;
      }
    }
  }

  /** Forgets what is gone from the disk. */
  keepOnly(installed: readonly InstalledPlugin[]): void {
    for (const id of this.#records.keys()) {
      if (!installed.some((plugin) => plugin.id === id)) this.#records.delete(id);
    }
  }

  setState(record: PluginRecord, state: PluginState, problems: readonly string[]): void {
    const isNew = record.state !== state;
    record.problems = problems;
    record.cause = undefined;
    record.state = state;
    const place = this.#active.indexOf(record);
    if (state === 'active' && place < 0) this.#active.push(record);
    else if ((state === 'disabled' || state === 'failed') && place >= 0) this.#active.splice(place, 1);
    this.#stateChanged.fire();
    if (isNew) this.events.emit({ type: 'plugin', plugin: record.installed.id, state });
  }

  /** Called in the moment in which a plugin's state changes, before anything else happens. */
  onDidChangeState(listener: () => void): Disposable {
    return this.#stateChanged.add(listener);
  }
}

/** `portProblems`: why ports of it are not open. */
export function pluginStatus({ installed, state, problems }: PluginRecord, portProblems: readonly string[]): PluginStatus {
  const { id, folder, manifest, bundled, trusted } = installed;
  return {
    id,
    folder,
    name: manifest?.displayName ?? id,
    version: manifest?.version ?? '',
    bundled,
    trusted,
    state,
    essential: manifest?.capabilities?.essential === true,
    failsClosed: failsClosed(manifest),
    problems: [...problems, ...portProblems],
    manifest,
  };
}
