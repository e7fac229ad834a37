// Ends a server in which code does not end, and has the next one say whose it was. A plugin that does it again and again is left out there.
import type { Disposable, Logger } from '@postroom/sdk';
import type { ActivityLog, Clock, DataFolder, Events, PluginSupervision, StallLimit } from '@postroom/sdk/services';
import { barredPlugins, readStalls, type Stall, stallSentence, writeStalls } from './stallNotes.js';
import { watchForStalls } from './stallWatch.js';

export interface WatchdogParts {
  readonly plugins: PluginSupervision;
  readonly activity: ActivityLog;
  readonly events: Events;
  readonly clock: Clock;
  readonly folder: DataFolder;
  readonly log: Logger;
  /** The built file of stallWorker.ts. */
  readonly worker: string;
}

export class Watchdog {
  #stalls: readonly Stall[] = [];

  constructor(private readonly parts: WatchdogParts) {}

  /**
   * Watches from now on, and says what former servers left. A plugin that stalled the server too often is left out at this start; where it becomes active
   * later, as after mending it, it begins without a record. Call before the plugins that are watched are activated.
   */
  begin({ afterMs, end }: StallLimit): Disposable {
    const { plugins, clock, folder, log, events } = this.parts;
    this.#stalls = readStalls(folder.path, clock.now());
    const barred = barredPlugins(this.#stalls);
    for (const [plugin, why] of barred) plugins.withhold(plugin, why);
    const untold = new Map(this.#stalls.flatMap((stall) => this.#tell(stall, barred)));
    this.#stalls = this.#stalls.map((stall) => ({ ...stall, isTold: true }));
    this.#write(this.#stalls);
    const listening = events.on((event) => {
      if (event.type !== 'plugin') return;
      if (event.state === 'active') this.#forgive(event.plugin);
      // Before that, its activation would take the sentence away.
      if (event.state === 'active' || event.state === 'failed') this.#tellPlugin(event.plugin, untold);
    });
    const watching = watchForStalls(
      afterMs,
      (stack) => {
        this.#note(stack);
        end();
      },
      {
        worker: this.parts.worker,
        onBlind: (error) =>
          log.warn('Nothing watches for code that does not end; it is tried again until something does.', { problem: error.message }),
        onSeeing: () => log.info('Code that does not end is watched for again.'),
      },
    );
    return {
      dispose: async () => {
        await listening.dispose();
        await watching.dispose();
      },
    };
  }

  /** In the Log, once. Answers what the plugin is to be told with. */
  #tell(stall: Stall, barred: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
    const { activity, events, log } = this.parts;
    const { plugin, where, isTold } = stall;
    const text = stallSentence(stall);
    if (!isTold) activity.add({ kind: 'problem', account: undefined, user: undefined, message: undefined, text });
    if (!isTold && plugin === undefined) events.emit({ type: 'problem', source: 'server', sentence: text });
    if (plugin === undefined) log.error(text, { where });
    return plugin === undefined || barred.has(plugin) ? [] : [[plugin, text]];
  }

  #tellPlugin(plugin: string, untold: Map<string, string>): void {
    const text = untold.get(plugin);
    untold.delete(plugin);
    if (text !== undefined) this.parts.plugins.noteProblem(plugin, text);
  }

  /** Somebody has enabled a plugin that was left out, as after mending it. */
  #forgive(plugin: string): void {
    if (!barredPlugins(this.#stalls).has(plugin)) return;
    this.#stalls = this.#stalls.filter((stall) => stall.plugin !== plugin);
    this.#write(this.#stalls);
  }

  #note(stack: string): void {
    // The first line is no frame, and the next ones are of the question: it is asked in the middle of what runs.
    const [message = '', ...lines] = stack.split('\n');
    const frames = lines.map((line) => line.trim());
    const asked = frames.findLastIndex((frame) => frame.startsWith('at <anonymous>:'));
    const running = frames.slice(asked + 1);
    const plugin = this.parts.plugins.culprit([message, ...running].join('\n'));
    const where = running.slice(0, 10);
    const stall: Stall = { at: this.parts.clock.now().toISOString(), plugin, where, isTold: false };
    this.parts.log.error(stallSentence(stall), { plugin, where });
    this.#write([...this.#stalls, stall]);
  }

  #write(stalls: readonly Stall[]): void {
    const problem = writeStalls(this.parts.folder.path, stalls);
    if (problem !== undefined) this.parts.log.warn('The next start of the server will not know of it.', { problem });
  }
}
