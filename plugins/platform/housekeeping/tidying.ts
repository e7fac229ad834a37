// Removes what has expired from the log, the journal and the small stores of plugins: a job of every day.
import type { Logger, PluginStorage } from '@postroom/sdk';
import { isPlausible } from '@postroom/sdk/base';
import type { ActivityLog, Clock, Journal, PluginStorages } from '@postroom/sdk/services';

/** Deleted messages are remembered this long, in case the ISP lists them again (SORTING case 95). */
const JOURNAL_DAYS = 35;

/** When it was tidied last: ISO 8601. */
const TIDIED = 'tidied';

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
    const last = (await state.get(TIDIED)) as string | undefined;
    const now = clock.now();
    await state.set(TIDIED, now.toISOString());
    if (last === undefined || isPlausible(new Date(last), now)) return undefined;
    const sentence = 'The clock is far from where it was at the last tidying. Old log entries stay for another day, in case it is wrong.';
    log.warn(sentence, { now: now.toISOString(), last });
    return sentence;
  }
}
