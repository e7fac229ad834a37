// Ends a server in which code does not end, and has the next one say whose it was. A plugin that does it again and again is left out there.
import type { Disposable } from '@postroom/sdk';
import { ActivityLog, Clock, createServiceId, DataFolder, Events, Log } from '@postroom/sdk/services';
import { schemaOwner } from '../../configuration/strangers/schemaWork.js';
import { PluginHost } from '../pluginHost.js';
import { PluginWatch } from '../pluginWatch.js';
import { culpritOf } from '../unhandledErrors.js';
import { barredPlugins, readStalls, type Stall, stallSentence, writeStalls } from './stallNotes.js';
import { watchForStalls } from './stallWatch.js';

export interface StallLimit {
  /** Milliseconds of processor time without a turn of the event loop. */
  readonly afterMs: number;
  /** Ends the process; the note is written. */
  readonly end: () => void;
}

export interface StallWarden {
  /**
   * Watches from now on, and keeps plugins from being activated that stalled the server too often, once: where such a plugin is activated
   * all the same, it begins anew. Before plugins are activated.
   */
  begin(limit: StallLimit): Disposable;
  /** Says what former servers left. When plugins are active. */
  tell(): void;
}
export const StallWarden = createServiceId<StallWarden>('StallWarden');

export class NotingStallWarden implements StallWarden {
  #stalls: readonly Stall[] = [];

  constructor(
    @PluginHost private readonly host: PluginHost,
    @PluginWatch private readonly watch: PluginWatch,
    @ActivityLog private readonly activity: ActivityLog,
    @Events private readonly events: Events,
    @Clock private readonly clock: Clock,
    @DataFolder private readonly data: DataFolder,
    @Log private readonly log: Log,
  ) {}

  begin({ afterMs, end }: StallLimit): Disposable {
    this.#stalls = readStalls(this.data.path, this.clock.now());
    for (const [plugin, why] of barredPlugins(this.#stalls)) this.host.withhold(plugin, why);
    const listening = this.host.onDidChange(() => this.#forgive());
    const watching = watchForStalls(
      afterMs,
      (stack) => {
        this.#note(stack);
        end();
      },
      {
        onBlind: (error) =>
          this.log.warn('Nothing watches for code that does not end; it is tried again until something does.', { problem: error.message }),
        onSeeing: () => this.log.info('Code that does not end is watched for again.'),
      },
    );
    return {
      dispose: async () => {
        await listening.dispose();
        await watching.dispose();
      },
    };
  }

  tell(): void {
    const barred = barredPlugins(this.#stalls);
    for (const stall of this.#stalls) {
      const text = stallSentence(stall);
      if (stall.plugin !== undefined && !barred.has(stall.plugin)) this.host.noteProblem(stall.plugin, text);
      else if (stall.plugin === undefined) this.log.error(text, { where: stall.where });
      if (!stall.isTold) this.#tell(stall, text);
    }
    this.#stalls = this.#stalls.map((stall) => ({ ...stall, isTold: true }));
    this.#write(this.#stalls);
  }

  /** In the Log, once. */
  #tell({ plugin }: Stall, text: string): void {
    this.activity.add({ kind: 'problem', account: undefined, user: undefined, message: undefined, text });
    if (plugin === undefined) this.events.emit({ type: 'problem', source: 'server', sentence: text });
  }

  /** Somebody has enabled a plugin that was left out, as after mending it. */
  #forgive(): void {
    const active = new Set(this.host.plugins.filter(({ state }) => state === 'active').map(({ id }) => id));
    const forgiven = [...barredPlugins(this.#stalls).keys()].filter((plugin) => active.has(plugin));
    if (forgiven.length === 0) return;
    this.#stalls = this.#stalls.filter(({ plugin }) => plugin === undefined || !forgiven.includes(plugin));
    this.#write(this.#stalls);
  }

  #note(stack: string): void {
    // Code that was made of a schema stands in no plugin's file.
    const plugin = schemaOwner() ?? culpritOf(stack, this.watch.installed);
    // The first line is no frame, and the next ones are of the question.
    const frames = stack.split('\n').map((line) => line.trim());
    const asked = frames.findLastIndex((frame) => frame.startsWith('at <anonymous>:'));
    const where = frames.slice(asked + 1, asked + 11);
    const stall: Stall = { at: this.clock.now().toISOString(), plugin, where, isTold: false };
    this.log.error(stallSentence(stall), { plugin, where });
    this.#write([...this.#stalls, stall]);
  }

  #write(stalls: readonly Stall[]): void {
    const problem = writeStalls(this.data.path, stalls);
    if (problem !== undefined) this.log.warn('The next start of the server will not know of it.', { problem });
  }
}
