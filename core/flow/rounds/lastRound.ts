// When the last round began, on whichever server on the store: who takes the timer over goes on where the other one was, without a round too many at once.
import type { Clock } from '@postroom/sdk/services';
import type { CoreState } from '../../base/coreState.js';

/** What others have noted is read again this often: plans are made with every change of the Outbox. */
const READ_AGAIN_MS = 10_000;

export class LastRound {
  /** Monotonic milliseconds, so that a jump of the wall clock neither skips nor doubles a round. */
  #own: number | undefined;
  /** Of another server: its note, and the moment that it names by the monotonic clock here, as it was when the note was read first. */
  #other: { readonly at: string; readonly began: number } | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  /** `server`: this one's name. Its own notes of an earlier run do not count: a start collects at once. */
  constructor(
    private readonly server: string,
    private readonly state: CoreState,
    private readonly clock: Clock,
  ) {}

  /** A round begins here. */
  note(): void {
    this.#own = this.clock.monotonic();
    // What is not kept costs another server one round too many.
    this.state.set('last-round', { at: this.clock.now().toISOString(), server: this.server }).catch(() => undefined);
  }

  /** Milliseconds since it began; `undefined` where there was none. */
  async age(): Promise<number | undefined> {
    await this.#read();
    const began = Math.max(this.#own ?? Number.NEGATIVE_INFINITY, this.#other?.began ?? Number.NEGATIVE_INFINITY);
    return Number.isFinite(began) ? this.clock.monotonic() - began : undefined;
  }

  async #read(): Promise<void> {
    const now = this.clock.monotonic();
    if (now - this.#readAt < READ_AGAIN_MS) return;
    this.#readAt = now;
    // A store that cannot be reached says so elsewhere.
    const note = await this.state.get('last-round').catch(() => undefined);
    if (note === undefined || note.server === this.server || note.at === this.#other?.at) return;
    // A clock that is ahead there names the future.
    const age = Math.max(0, this.clock.now().getTime() - Date.parse(note.at));
    this.#other = { at: note.at, began: now - age };
  }
}
