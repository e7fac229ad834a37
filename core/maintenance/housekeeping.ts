// Removes what has expired from the log and the journal: at start, and after every midnight.
import type { Disposable } from '@postroom/sdk';
import { isPlausible } from '@postroom/sdk/base';
import { ActivityLog, Clock, Journal, Log, PluginStorages, SettingsService } from '@postroom/sdk/services';
import { CoreState } from '../base/coreState.js';
import { inject } from '../base/inject.js';

/** Deleted messages are remembered this long, in case the ISP lists them again (SORTING case 95). */
const JOURNAL_DAYS = 35;

export class Housekeeping implements Disposable {
  #timer: Disposable | undefined;

  constructor(
    @ActivityLog private readonly activity: ActivityLog,
    @Journal private readonly journal: Journal,
    @PluginStorages private readonly storages: PluginStorages,
    @inject(CoreState) private readonly state: CoreState,
    @SettingsService private readonly settings: SettingsService,
    @Clock private readonly clock: Clock,
    @Log private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    await this.tidy();
    this.#sleep();
  }

  dispose(): void {
    void this.#timer?.dispose();
  }

  async tidy(): Promise<void> {
    try {
      if (!(await this.#isClockTrusted())) {
        return;
      }
      await this.activity.prune(this.settings.get<number>('log.keepDays'));
      await this.journal.prune(JOURNAL_DAYS);
      await this.storages.prune(this.clock.now());
    } catch (error) {
      this.log.error('Old log entries could not be removed; the next try is after midnight.', { error: String(error) });
    }
  }

  /** A clock that jumped ahead makes everything old. What it would remove stays until the clock has said the same for a day. */
  async #isClockTrusted(): Promise<boolean> {
    const last = await this.state.get('tidied');
    const now = this.clock.now();
    await this.state.set('tidied', now.toISOString());
    if (last === undefined || isPlausible(new Date(last), now)) {
      return true;
    }
    this.log.warn('The clock is far from where it was at the last tidying. Old log entries stay for another day, in case it is wrong.', {
      now: now.toISOString(),
      last,
    });
    return false;
  }

  #sleep(): void {
    const now = this.clock.now();
    const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 0, 0, 5);
    this.#timer = this.clock.after(midnight.getTime() - now.getTime(), () => {
      void this.tidy();
      this.#sleep();
    });
  }
}
