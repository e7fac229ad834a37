// What other plugins count, by the commands that they contribute. One that fails, hangs or answers nonsense is left out of the page, and told.
import { type CommandCall, type MetricSample, PostroomError, sentenceOf } from '@postroom/sdk';
import { contributedCommand } from '@postroom/sdk/base';
import type { Clock, CommandCatalogue, ContributedEntries, PluginSupervision } from '@postroom/sdk/services';
import { soundSamples } from './soundSamples.js';

/** Prometheus waits ten seconds for the page. */
const LIMIT_MS = 5_000;

interface MetricsEntry {
  readonly plugin: string;
  readonly value: { readonly command: string };
}

export class ContributedMetrics {
  /** By plugin and command, what was told of it last: the page is read every few seconds, and the same sentence tells nothing new. */
  readonly #told = new Map<string, string>();

  constructor(
    private readonly entries: Pick<ContributedEntries, 'of'>,
    private readonly commands: Pick<CommandCatalogue, 'declarations' | 'run'>,
    private readonly plugins: Pick<PluginSupervision, 'noteProblem'>,
    private readonly clock: Pick<Clock, 'after'>,
  ) {}

  /** In the order of activation. `taken`: names that the page has already. */
  async samples(taken: ReadonlySet<string>, call: CommandCall): Promise<readonly MetricSample[]> {
    const entries = this.entries.of<MetricsEntry['value']>('metrics');
    const answers = await Promise.all(entries.map((entry) => this.#ask(entry, call)));
    const names = new Set(taken);
    return entries.flatMap((entry, index) => {
      const answer = answers[index];
      if (answer === undefined) return [];
      const { samples, problem } = soundSamples(entry.plugin, answer.value, names);
      this.#note(entry, problem);
      for (const { name } of samples) names.add(name);
      return samples;
    });
  }

  /** `undefined` where there is no answer; why has been told. */
  async #ask(entry: MetricsEntry, call: CommandCall): Promise<{ readonly value: unknown } | undefined> {
    try {
      if (contributedCommand(this.commands, entry)?.reads !== true) {
        throw new PostroomError('command/unknown', 'It has to be a command of the plugin itself that says "reads": true.');
      }
      return { value: await this.#inTime(entry.value.command, call) };
    } catch (error) {
      this.#note(entry, sentenceOf(error));
      return undefined;
    }
  }

  async #inTime(command: string, call: CommandCall): Promise<unknown> {
    const late = new AbortController();
    const expired = new Promise<never>((_resolve, reject) => {
      late.signal.addEventListener('abort', () =>
        reject(new PostroomError('plugin/timeout', `It did not answer within ${LIMIT_MS / 1000} seconds.`)),
      );
    });
    const timer = this.clock.after(LIMIT_MS, () => late.abort());
    try {
      return await Promise.race([
        this.commands.run(command, {}, { ...call, signal: AbortSignal.any([call.signal, late.signal]) }),
        expired,
      ]);
    } finally {
      void timer.dispose();
    }
  }

  #note({ plugin, value: { command } }: MetricsEntry, problem: string | undefined): void {
    const name = `${plugin} ${command}`;
    if (problem === undefined) this.#told.delete(name);
    else if (this.#told.get(name) !== problem) {
      this.#told.set(name, problem);
      this.plugins.noteProblem(plugin, `Metrics of its command ${command} are left out: ${problem}`);
    }
  }
}
