// Runs the jobs that plugins contribute, each in its turn: commands of theirs, every day or every hour.
import { type CommandCall, type Disposable, type Logger, type PluginStorage, PostroomError, sentenceOf } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import type { ActivityLog, Clock, CommandCatalogue, ContributedEntries, Events, PluginSupervision } from '@postroom/sdk/services';
import { type ContributedJob, ContributedJobs } from './contributedJobs.js';
import { begun, isDue, type JobPeriod, type JobRecord, jobProblem, nextLook, nextTurn } from './jobTimes.js';

/** What is known of a job whose plugin is gone is forgotten after this. */
const FORGET_MS = 60 * 86_400_000;
const AUTHOR = 'housekeeping';

/** A job as people see it. */
export interface JobStatus {
  readonly job: string;
  readonly plugin: string;
  readonly title: string;
  readonly every: JobPeriod;
  readonly last?: Date;
  readonly next: Date;
  /** Why it failed the last time, a sentence. */
  readonly problem?: string;
}

export interface JobParts {
  readonly entries: ContributedEntries;
  readonly commands: Pick<CommandCatalogue, 'declarations' | 'run'>;
  readonly plugins: Pick<PluginSupervision, 'noteProblem'>;
  readonly state: PluginStorage;
  readonly activity: Pick<ActivityLog, 'add'>;
  readonly events: Pick<Events, 'emit'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Jobs implements Disposable {
  readonly #jobs: ContributedJobs;
  readonly #following = new DisposableStack();
  readonly #end = new AbortController();
  /** By command: a job never runs beside itself. */
  readonly #running = new Set<string>();
  #timer: Disposable | undefined;

  constructor(private readonly parts: JobParts) {
    this.#jobs = new ContributedJobs(parts.entries, parts.commands, parts.plugins);
  }

  /** Runs from now on what is due, and at once what was missed. */
  start(): void {
    // A plugin that is switched on brings its jobs along.
    this.#following.use(
      this.parts.entries.onDidChange(() => {
        this.#jobs.forgetMisfits();
        this.#look();
      }),
    );
    this.#look();
    this.#sleep();
  }

  /** Jobs that run are told to end. They are not waited for: their own plugins end them. */
  async dispose(): Promise<void> {
    void this.#timer?.dispose();
    this.#end.abort();
    await this.#following.dispose();
  }

  /** In the order of activation of their plugins. */
  all(): Promise<readonly JobStatus[]> {
    return Promise.all(this.#jobs.all.map((job) => this.#statusOf(job)));
  }

  /** Sentences about the jobs that failed the last time. */
  async problems(): Promise<readonly string[]> {
    return (await this.all()).flatMap(({ problem, ...job }) => (problem === undefined ? [] : [failureOf(job, problem)]));
  }

  /** Runs one now, whether or not it is due. Rejects as the job does. */
  async runNow(command: string, call: CommandCall): Promise<JobStatus> {
    const job = this.#jobs.all.find((each) => each.command === command);
    if (job === undefined) {
      throw new PostroomError('command/arguments', `There is no job ${command}. "postroom housekeeping jobs" lists them.`);
    }
    if (this.#running.has(command)) throw new PostroomError('command/arguments', `The job ${command} runs already. Wait for its end.`);
    await this.#alone(job, async () => {
      const failure = await this.#run(job, await this.#record(job), call);
      if (failure !== undefined) throw failure.error;
    });
    return this.#statusOf(job);
  }

  async #statusOf(job: ContributedJob): Promise<JobStatus> {
    const record = await this.#record(job);
    const problem = record === undefined || this.#running.has(job.command) ? undefined : jobProblem(record);
    return {
      job: job.command,
      plugin: job.plugin,
      title: job.title,
      every: job.every,
      ...(record !== undefined && { last: new Date(record.at) }),
      next: nextTurn(job.every, this.parts.clock.now()),
      ...(problem !== undefined && { problem }),
    };
  }

  #look(): void {
    this.#jobs.tellMisfits();
    for (const job of this.#jobs.all) {
      if (!this.#running.has(job.command)) void this.#alone(job, () => this.#runIfDue(job));
    }
  }

  async #alone<T>(job: ContributedJob, work: () => Promise<T>): Promise<T> {
    this.#running.add(job.command);
    try {
      return await work();
    } finally {
      this.#running.delete(job.command);
    }
  }

  /** Never rejects. */
  async #runIfDue(job: ContributedJob): Promise<void> {
    try {
      const record = await this.#record(job);
      if (!isDue(job.every, record, this.parts.clock.now())) return;
      const { signal } = this.#end;
      await this.#run(job, record, { author: AUTHOR, signal, progress: () => undefined });
    } catch (error) {
      // Not of the job, which tells its own: a disk that is full or fails.
      const fields = { job: job.command, error: sentenceOf(error) };
      if (!this.#end.signal.aborted)
        this.parts.log.error('When a job ran could not be read or noted; tried again within the hour.', fields);
    }
  }

  /** Answers what the job threw. */
  async #run(job: ContributedJob, record: JobRecord | undefined, call: CommandCall): Promise<{ readonly error: unknown } | undefined> {
    const now = this.parts.clock.now();
    await this.#keep(job, begun(job.every, record, now));
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.parts.commands.run(job.command, {}, call);
    } catch (error) {
      failure = { error };
    }
    // What ends with the server has not failed: it is made up for.
    if (this.#end.signal.aborted) return failure;
    const problem = failure === undefined ? undefined : sentenceOf(failure.error);
    await this.#keep(job, { at: now.toISOString(), ...(problem !== undefined && { problem }) });
    this.#tell(job, problem, record === undefined ? undefined : jobProblem(record));
    return failure;
  }

  #tell(job: ContributedJob, problem: string | undefined, before: string | undefined): void {
    const { log, events, activity } = this.parts;
    if (problem === undefined) {
      if (before !== undefined) log.info('A job that had failed went well.', { job: job.command });
      return;
    }
    const sentence = failureOf({ ...job, job: job.command }, problem);
    log.error(sentence, { job: job.command, plugin: job.plugin });
    events.emit({ type: 'problem', source: job.plugin, sentence });
    // The same once an hour would crowd out what happens to mail.
    if (problem !== before) activity.add({ kind: 'problem', account: undefined, user: undefined, message: undefined, text: sentence });
  }

  async #record({ command }: ContributedJob): Promise<JobRecord | undefined> {
    return (await this.parts.state.get(`job/${command}`)) as JobRecord | undefined;
  }

  #keep({ command }: ContributedJob, record: JobRecord): Promise<void> {
    return this.parts.state.set(`job/${command}`, record, new Date(this.parts.clock.now().getTime() + FORGET_MS));
  }

  #sleep(): void {
    const now = this.parts.clock.now();
    this.#timer = this.parts.clock.after(nextLook(now).getTime() - now.getTime(), () => {
      this.#look();
      this.#sleep();
    });
  }
}

function failureOf({ job, plugin, title, every }: Omit<JobStatus, 'next'>, problem: string): string {
  const next = every === 'day' ? 'after midnight' : 'within the hour';
  return `The job "${title}" of ${plugin} failed: ${problem} It runs again ${next}. To run it now: postroom housekeeping run ${job}`;
}
