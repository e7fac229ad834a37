// Runs the jobs that plugins contribute, each in its turn: commands of theirs, every day or every hour. Of all servers on the store one does so, under the
// lease `tidy`; a person runs a job on any.
import { type CommandCall, type Disposable, type Logger, type PluginStorage, PostroomError, sentenceOf } from '@postroom/sdk';
import { DisposableStack, StandingLease } from '@postroom/sdk/base';
import type {
  ActivityLog,
  Clock,
  CommandCatalogue,
  ContributedEntries,
  Events,
  Leases,
  PluginSupervision,
  StoreServer,
} from '@postroom/sdk/services';
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
  /** The server that runs it now. */
  readonly runsOn?: string;
  /** Why it failed the last time, a sentence. */
  readonly problem?: string;
}

export interface JobParts {
  readonly entries: ContributedEntries;
  readonly commands: Pick<CommandCatalogue, 'declarations' | 'run'>;
  readonly plugins: Pick<PluginSupervision, 'noteProblem'>;
  /** Shared with the other servers on the store, as the leases are. */
  readonly state: PluginStorage;
  readonly leases: Leases;
  readonly activity: Pick<ActivityLog, 'add'>;
  readonly events: Pick<Events, 'emit'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Jobs implements Disposable {
  readonly #jobs: ContributedJobs;
  readonly #following = new DisposableStack();
  readonly #end = new AbortController();
  /** Whoever has it runs what is due. */
  readonly #turn: StandingLease;
  /** By command: what is looked at or run here. */
  readonly #busy = new Set<string>();
  #timer: Disposable | undefined;

  constructor(private readonly parts: JobParts) {
    this.#jobs = new ContributedJobs(parts.entries, parts.commands, parts.plugins);
    this.#turn = new StandingLease('tidy', parts.leases, parts.clock, () => this.#look());
  }

  /** Runs from now on what is due, and at once what was missed, unless another server does: then as soon as that one lets go. */
  start(): void {
    // A plugin that is switched on brings its jobs along.
    this.#following.use(
      this.parts.entries.onDidChange(() => {
        this.#jobs.forgetMisfits();
        this.#look();
      }),
    );
    this.#turn.want();
    this.#sleep();
  }

  /** Jobs that run are told to end. They are not waited for: their own plugins end them. */
  async dispose(): Promise<void> {
    void this.#timer?.dispose();
    this.#end.abort();
    await this.#following.dispose();
    await this.#turn.letGo();
  }

  /** In the order of activation of their plugins. */
  async all(): Promise<readonly JobStatus[]> {
    const servers = await this.parts.leases.servers();
    return Promise.all(this.#jobs.all.map((job) => this.#statusOf(job, servers)));
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
    const failure = await this.#alone(job, async (lost) =>
      this.#run(job, await this.#record(job), { ...call, signal: AbortSignal.any([call.signal, lost]) }),
    );
    if (failure === BUSY) throw await this.#refusal(job);
    if (failure !== undefined) throw failure.error;
    return this.#statusOf(job, await this.parts.leases.servers());
  }

  async #refusal({ command }: ContributedJob): Promise<PostroomError> {
    const where = runnerOf(command, await this.parts.leases.servers());
    const on = where === undefined || where.isThis ? '' : ` on the server ${where.name}`;
    return new PostroomError('command/arguments', `The job ${command} runs already${on}. Wait for its end.`);
  }

  async #statusOf(job: ContributedJob, servers: readonly StoreServer[]): Promise<JobStatus> {
    const record = await this.#record(job);
    const runner = runnerOf(job.command, servers);
    const problem = record === undefined || runner !== undefined ? undefined : jobProblem(record);
    return {
      job: job.command,
      plugin: job.plugin,
      title: job.title,
      every: job.every,
      ...(record !== undefined && { last: new Date(record.at) }),
      next: nextTurn(job.every, this.parts.clock.now()),
      ...(runner !== undefined && { runsOn: runner.name }),
      ...(problem !== undefined && { problem }),
    };
  }

  #look(): void {
    this.#jobs.tellMisfits();
    if (!this.#turn.isHeld) return;
    for (const job of this.#jobs.all) {
      if (!this.#busy.has(job.command)) void this.#runIfDue(job);
    }
  }

  /** A job never runs beside itself, on whichever server. `lost`: another server has taken it over. */
  async #alone<T>(job: ContributedJob, work: (lost: AbortSignal) => Promise<T>): Promise<T | typeof BUSY> {
    const lease = await this.parts.leases.take(leaseOf(job.command));
    if (lease === undefined) return BUSY;
    try {
      return await work(lease.lost);
    } finally {
      await lease.release();
    }
  }

  /** Never rejects. What a person runs at this moment is looked at again within the hour. */
  async #runIfDue(job: ContributedJob): Promise<void> {
    const now = this.parts.clock.now();
    this.#busy.add(job.command);
    try {
      // A look costs no lease where nothing is due; under the lease what is known may have changed.
      if (!isDue(job.every, await this.#record(job), now)) return;
      await this.#alone(job, async (lost) => {
        const record = await this.#record(job);
        const signal = AbortSignal.any([this.#end.signal, lost]);
        if (isDue(job.every, record, now)) await this.#run(job, record, { author: AUTHOR, signal, progress: () => undefined });
      });
    } catch (error) {
      // Not of the job, which tells its own: a disk that is full or fails.
      const fields = { job: job.command, error: sentenceOf(error) };
      if (!this.#end.signal.aborted)
        this.parts.log.error('When a job ran could not be read or noted; tried again within the hour.', fields);
    } finally {
      this.#busy.delete(job.command);
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
    // What ends with the server, or that another one has taken over, has not failed: it is made up for.
    if (this.#end.signal.aborted || isTakenOver(call.signal)) return failure;
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

/** Answered where the job runs already. */
const BUSY = Symbol('busy');

function leaseOf(command: string): string {
  return `job/${command}`;
}

function runnerOf(command: string, servers: readonly StoreServer[]): StoreServer | undefined {
  return servers.find(({ isGone, holds }) => !isGone && holds.some(({ lease }) => lease === leaseOf(command)));
}

function isTakenOver({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof PostroomError && reason.code === 'lease/lost';
}

function failureOf({ job, plugin, title, every }: Omit<JobStatus, 'next'>, problem: string): string {
  const next = every === 'day' ? 'after midnight' : 'within the hour';
  return `The job "${title}" of ${plugin} failed: ${problem} It runs again ${next}. To run it now: postroom housekeeping run ${job}`;
}
