// Removes what has expired from the log, the journal and the small stores of plugins: a job of every day.
import type { Logger, PluginStorage } from '@postroom/sdk';
import { isPlausible } from '@postroom/sdk/base';
import type { ActivityLog, Clock, Journal, PluginStorages } from '@postroom/sdk/services';

/** Deleted messages are remembered this long, in case the ISP lists them again (sorting case 95). */
const JOURNAL_DAYS = 35;

/** A clock that jumped has to say the same for so long, a short day of summer time at least, before what it makes old is removed. */
const DOUBT_MS = 22 * 3_600_000;

const CLOCK = 'clock';

/** What is kept of the clock: ISO 8601. */
interface ClockSeen {
  /** What it said when it was looked at last. */
  readonly at: string;
  /** Since when it has been doubted. */
  readonly doubtedSince?: string;
}

export interface TidyingParts {
  readonly activity: ActivityLog;
  readonly journal: Journal;
  readonly storages: PluginStorages;
  readonly state: PluginStorage;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was removed. */
export interface Tidied {
  readonly logEntries: number;
  readonly journalEntries: number;
  /** Why nothing was: a sentence. */
  readonly postponed?: string;
}

export class Tidying {
  /** `keepDays`: how long the log is kept, as the settings say. */
  constructor(
    private readonly parts: TidyingParts,
    private readonly keepDays: () => number,
  ) {}

  async tidy(): Promise<Tidied> {
    const { activity, journal, storages, clock } = this.parts;
    const postponed = await this.#clockProblem();
    if (postponed !== undefined) return { logEntries: 0, journalEntries: 0, postponed };
    const logEntries = await activity.prune(this.keepDays());
    const journalEntries = await journal.prune(JOURNAL_DAYS);
    await storages.prune(clock.now());
    return { logEntries, journalEntries };
  }

  /** A clock that jumped ahead makes everything old. What it would remove stays until the clock has said the same for a day. */
  async #clockProblem(): Promise<string | undefined> {
    const { state, clock, log } = this.parts;
    const last = (await state.get(CLOCK)) as ClockSeen | undefined;
    const now = clock.now();
    const doubtedSince = doubtOf(last, now);
    await state.set(CLOCK, { at: now.toISOString(), ...(doubtedSince !== undefined && { doubtedSince: doubtedSince.toISOString() }) });
    if (doubtedSince === undefined) return undefined;
    const sentence =
      'The clock is, or was within a day, far from where it was at the tidying before. Old log entries stay for another day, in case it is wrong.';
    log.warn(sentence, { now: now.toISOString(), doubtedSince: doubtedSince.toISOString(), last: last?.at });
    return sentence;
  }
}

/** Since when the clock is doubted; `undefined` where it is trusted. */
function doubtOf(last: ClockSeen | undefined, now: Date): Date | undefined {
  if (last === undefined) return undefined;
  if (!isPlausible(new Date(last.at), now)) return now;
  const since = last.doubtedSince === undefined ? undefined : new Date(last.doubtedSince);
  return since === undefined || now.getTime() - since.getTime() >= DOUBT_MS ? undefined : since;
}
