// onSchedule: when the next rounds run.

/** The coming rounds. */
export interface SchedulePlan {
  /** In order of time. The host runs the first that is due; the rest is shown. */
  readonly rounds: readonly PlannedRound[];
}

/** One send/receive to come. */
export interface PlannedRound {
  readonly at: Date;
  readonly accounts: readonly string[] | 'all';
  readonly reason: 'timer' | 'outbox';
  /** In words, for the administrator: `every 5 minutes`, `3 messages wait in the Outbox`. */
  readonly because: string;
}

/** What a plan is made from. Same input, same plan: "the next ten connections" is this call with a later clock. */
export interface ScheduleContext {
  readonly now: Date;
  /** Messages that wait in the Outbox and have not been tried yet. One that keeps failing, or was put off, does not count. */
  readonly outbox: number;
  /** When the last round began, `undefined` before the first. Corrected for jumps of the clock. */
  readonly lastRound: Date | undefined;
  /** IANA name, for example `Europe/Berlin`: windows are local wall-clock time. */
  readonly timeZone: string;
}
