// When a job is due. Pure. A job has a turn in each day or hour: where the server was off then, the next start makes up for the last one.

export type JobPeriod = 'day' | 'hour';

const HOUR_MS = 3_600_000;
/** Timers are not exact: a moment after the full hour it is surely that hour. */
const MARGIN_MS = 5_000;

/** What is kept of a job. */
export interface JobRecord {
  /** When it ran last, or began to: ISO 8601. */
  readonly at: string;
  /** How often it began in this period and the server ended before it did. */
  readonly unfinished?: number;
  /** Why it failed the last time, a sentence. */
  readonly problem?: string;
}

/** The server ended while the job ran: it gets one more try in its period. After that it may be what ends the server. */
const MOST_TRIES = 2;

/** Another period, and not a later one: a clock that was ahead, and was put right, must not keep jobs from running. */
export function isDue(every: JobPeriod, last: JobRecord | undefined, now: Date): boolean {
  if (last === undefined || periodOf(every, new Date(last.at)) !== periodOf(every, now)) return true;
  return last.unfinished !== undefined && last.unfinished < MOST_TRIES;
}

/** What is kept while it runs. */
export function begun(every: JobPeriod, last: JobRecord | undefined, now: Date): JobRecord {
  const isSame = last !== undefined && periodOf(every, new Date(last.at)) === periodOf(every, now);
  return { ...last, at: now.toISOString(), unfinished: (isSame ? (last.unfinished ?? 0) : 0) + 1 };
}

/** What is wrong with a job that does not run at this moment, a sentence. */
export function jobProblem({ unfinished, problem }: JobRecord): string | undefined {
  return unfinished === undefined ? problem : 'The server ended before it did.';
}

/** When the clock next turns a full hour or midnight. Machines sleep, and clocks are set: what is due is looked for every hour. */
export function nextLook(now: Date): Date {
  const hour = (Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS;
  return new Date(Math.min(hour, nextMidnight(now).getTime()) + MARGIN_MS);
}

/** When a job has its next turn. */
export function nextTurn(every: JobPeriod, now: Date): Date {
  return every === 'day' ? nextMidnight(now) : new Date((Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS);
}

/** Days by the machine's own calendar. */
function nextMidnight(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
}

function periodOf(every: JobPeriod, at: Date): number {
  return every === 'day' ? new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime() : Math.floor(at.getTime() / HOUR_MS);
}
