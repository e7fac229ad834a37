// The entries of the point `jobs`: which of them are jobs.
import { type CommandEntry, contributedCommand } from '@postroom/sdk/base';
import type { CommandCatalogue, ContributedEntries, PluginSupervision } from '@postroom/sdk/services';
import type { JobPeriod } from './jobTimes.js';

interface JobEntry extends CommandEntry {
  readonly value: { readonly command: string; readonly every: JobPeriod; readonly title?: string };
}

export interface ContributedJob {
  readonly plugin: string;
  readonly command: string;
  readonly every: JobPeriod;
  readonly title: string;
}

export class ContributedJobs {
  /** Entries that were told to be no jobs, by plugin and command. */
  readonly #misfits = new Set<string>();

  constructor(
    private readonly entries: Pick<ContributedEntries, 'of'>,
    private readonly commands: Pick<CommandCatalogue, 'declarations'>,
    private readonly plugins: Pick<PluginSupervision, 'noteProblem'>,
  ) {}

  /** Of active plugins, in the order of activation; each command once. A stranger's plugin could name any command of the server: only its own are jobs. */
  get all(): readonly ContributedJob[] {
    const jobs = new Map<string, ContributedJob>();
    for (const entry of this.#entries) {
      const declaration = contributedCommand(this.commands, entry);
      const { command, every, title } = entry.value;
      if (declaration === undefined || jobs.has(command)) continue;
      jobs.set(command, { plugin: entry.plugin, command, every, title: title ?? declaration.title });
    }
    return [...jobs.values()];
  }

  /** Tells each plugin of its entries that are no jobs, once: hour by hour it would tell nothing new. */
  tellMisfits(): void {
    for (const entry of this.#entries) {
      const { plugin, value } = entry;
      const name = `${plugin} ${value.command}`;
      if (this.#misfits.has(name) || contributedCommand(this.commands, entry) !== undefined) continue;
      this.#misfits.add(name);
      this.plugins.noteProblem(plugin, `Its job ${value.command} is left out: that is no command of ${plugin}.`);
    }
  }

  /** A new version of a plugin begins without the problems of the former one. */
  forgetMisfits(): void {
    this.#misfits.clear();
  }

  get #entries(): readonly JobEntry[] {
    return this.entries.of<JobEntry['value']>('jobs');
  }
}
