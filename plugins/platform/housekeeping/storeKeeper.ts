// Recovery after the store failed, or cannot be reached: nothing is taken in until it can be used again and was found whole. Each failed try is logged and
// shown; mailboxes are served meanwhile, from what can be read. Each server looks after its own way to the store.
import { type Disposable, type Logger, sentenceOf } from '@postroom/sdk';
import { DisposableStack, isStoreAway } from '@postroom/sdk/base';
import type { ActivityLog, Clock, Events, StoreMaintenance } from '@postroom/sdk/services';

/** Waits before the first, second ... try; the last one repeats. Each try reads the whole database. */
const WAITS_MS = [1_000, 5_000, 15_000, 60_000];

export class StoreKeeper implements Disposable {
  readonly #watching = new DisposableStack();
  #timer: Disposable | undefined;
  #tries = 0;
  #reopening: Promise<void> | undefined;
  #disposed = false;
  #isAway = false;

  constructor(
    private readonly upkeep: StoreMaintenance,
    private readonly activity: ActivityLog,
    private readonly clock: Clock,
    private readonly events: Events,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.#watching.use(this.upkeep.onDidFail((error) => this.#failed(error)));
    if (this.upkeep.trouble !== undefined) {
      this.#failed(this.upkeep.trouble);
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#watching.dispose();
    void this.#timer?.dispose();
    await this.#reopening;
  }

  #failed(error: Error): void {
    this.#isAway = isStoreAway(error);
    const why = this.#isAway ? `: ${error.message}` : `, because the disk failed: ${error.message}`;
    this.#alarm(`No mail is taken in or collected${why} Postroom looks again by itself.`);
    this.#tries = 0;
    this.#wait();
  }

  /** A try that fails after the end is the last one. */
  #wait(): void {
    if (this.#disposed) return;
    void this.#timer?.dispose();
    const wait = WAITS_MS[Math.min(this.#tries, WAITS_MS.length - 1)] ?? 60_000;
    this.#timer = this.clock.after(wait, () => {
      this.#reopening = this.#reopen();
    });
  }

  async #reopen(): Promise<void> {
    this.#tries += 1;
    try {
      await this.upkeep.reopen();
    } catch (error) {
      this.#alarm(
        `The database could not be used after ${this.#tries} tries: ${sentenceOf(error)} Mail waits at the ISP and with the clients.`,
      );
      this.#wait();
      return;
    }
    const what = this.#isAway ? 'The database can be used again' : 'The disk works again and the database is whole';
    const text = `${what}: mail is taken in and collected as before.`;
    this.log.info(text);
    this.activity.add({ kind: 'service', account: undefined, user: undefined, message: undefined, text });
    this.events.emit({ type: 'problem', source: this.#source, sentence: text });
  }

  #alarm(sentence: string): void {
    this.log.error(sentence);
    this.events.emit({ type: 'problem', source: this.#source, sentence });
  }

  get #source(): string {
    return this.#isAway ? 'database' : 'disk';
  }
}
