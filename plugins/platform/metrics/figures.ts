// How busy the server is and how it copes: what an administrator looks at when mail is slow.
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Disposable } from '@postroom/sdk';
import type { Clock, Events, Figures, FiguresNow, MailStore, Outbox, StoreMaintenance } from '@postroom/sdk/services';
import { PerMinute } from './perMinute.js';

/** The event loop is looked at this often: no standstill that is longer escapes, and an idle server sleeps in between. */
const LOOK_MS = 250;
const FORGET_DELAYS_MS = 300_000;
const MEGABYTE = 2 ** 20;

export class ServerFigures implements Figures, Disposable {
  readonly #accepted: PerMinute;
  readonly #pickedUp: PerMinute;
  readonly #began: number;
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: LOOK_MS });
  readonly #watching: Disposable;
  #delaySince: number;
  /** When the oldest message of a mailbox came; milliseconds since 1970. */
  #oldestInbox: number | undefined;

  constructor(
    private readonly stores: { readonly upkeep: StoreMaintenance; readonly store: MailStore; readonly outbox: Outbox },
    private readonly clock: Clock,
    events: Events,
  ) {
    this.#began = clock.monotonic();
    this.#delaySince = this.#began;
    this.#accepted = new PerMinute(clock);
    this.#pickedUp = new PerMinute(clock);
    this.#delay.enable();
    this.#watching = events.on((event) => {
      if (event.type === 'accepted') this.#accepted.add(1);
      else if (event.type === 'picked-up') this.#pickedUp.add(event.messages);
    });
  }

  dispose(): void {
    this.#delay.disable();
    void this.#watching.dispose();
  }

  async now(): Promise<FiguresNow> {
    const { commits, latency } = this.stores.upkeep.stats;
    const { rss, heapUsed } = process.memoryUsage();
    await this.#lookAtInboxes();
    const delays = this.#delays();
    return {
      upSeconds: Math.round((this.clock.monotonic() - this.#began) / 1000),
      accepted: this.#accepted.total,
      acceptedPerSecond: rounded(this.#accepted.perSecond),
      pickedUp: this.#pickedUp.total,
      pickedUpPerSecond: rounded(this.#pickedUp.perSecond),
      commits,
      commitMsP50: rounded(latency.p50),
      commitMsP99: rounded(latency.p99),
      outboxOldestSeconds: this.#ageOf(this.stores.outbox.counts().oldest?.getTime()),
      inboxOldestSeconds: this.#ageOf(this.#oldestInbox),
      ...delays,
      memoryMB: rounded(rss / MEGABYTE),
      heapMB: rounded(heapUsed / MEGABYTE),
    };
  }

  /** While the store cannot be asked, what was seen last goes on getting older: the other figures are wanted then most. */
  async #lookAtInboxes(): Promise<void> {
    const boxes = await this.stores.store.mailboxes().catch(() => undefined);
    const times = boxes?.flatMap((box) => box.oldest?.getTime() ?? []);
    if (times !== undefined) this.#oldestInbox = times.length === 0 ? undefined : times.reduce((oldest, each) => Math.min(oldest, each));
  }

  /** The histogram holds the whole delay between two looks; what is beyond the interval is the loop's. */
  #delays(): Pick<FiguresNow, 'eventLoopDelayMsP50' | 'eventLoopDelayMsP99' | 'eventLoopDelayMsMax'> {
    const late = (nanoseconds: number): number => (this.#delay.count === 0 ? 0 : rounded(Math.max(0, nanoseconds / 1e6 - LOOK_MS)));
    const delays = {
      eventLoopDelayMsP50: late(this.#delay.percentile(50)),
      eventLoopDelayMsP99: late(this.#delay.percentile(99)),
      eventLoopDelayMsMax: late(this.#delay.max),
    };
    const now = this.clock.monotonic();
    if (now - this.#delaySince > FORGET_DELAYS_MS) {
      this.#delay.reset();
      this.#delaySince = now;
    }
    return delays;
  }

  #ageOf(since: number | undefined): number {
    return since === undefined ? 0 : Math.max(0, Math.round((this.clock.now().getTime() - since) / 1000));
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
