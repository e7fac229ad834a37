// The back-off of accounts, known to all servers on the store: who takes the rounds over leaves an ISP alone that refused the other one, and a person who mends
// an account on any server, or wants it tried, is heard on all. In memory each server has what it goes by; here it is noted, and what others noted is heard.
import type { Clock } from '@postroom/sdk/services';
import type { BackOffNote, CoreState } from '../base/coreState.js';

export interface BackOff<Cause> {
  /** In a row. */
  readonly failures: number;
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly cause: Cause;
  /** Outbox entries that were put off for it. */
  readonly entries?: ReadonlySet<number>;
}

/** Who goes by it here. */
export interface BackOffHolder<Cause> {
  known(account: string): BackOff<Cause> | undefined;
  /** Another server has noted it. */
  adopt(account: string, backOff: BackOff<Cause>): void;
  wake(account: string): void;
}

/** As many as an entry of the storage has room for; those beyond it are due when the back-off is over. */
const MOST_ENTRIES = 4_000;
const FORGET_MS = 30 * 86_400_000;

export class SharedBackOffs<Cause extends BackOffNote['cause']> {
  /** By account: the note as it is in the store, and what that stands for here. */
  readonly #noted = new Map<string, { readonly text: string; readonly sign: string }>();
  /** What was ended is gone before anything is heard or noted. */
  #ending: Promise<void> = Promise.resolve();

  /** `server`: this one's name. What it noted in an earlier run does not count: a start tries everything at once. */
  constructor(
    private readonly kind: 'fetch' | 'send',
    private readonly server: string,
    private readonly state: CoreState,
    private readonly clock: Clock,
    private readonly holder: BackOffHolder<Cause>,
  ) {}

  /** What others have noted of the account comes into force here. */
  async hear(account: string): Promise<void> {
    await this.#ending;
    const note = await this.state.get(this.#keyOf(account));
    const before = this.#noted.get(account);
    if (note === undefined) {
      this.#noted.delete(account);
      if (before !== undefined) this.holder.wake(account);
      return;
    }
    const text = JSON.stringify(note);
    if (text === before?.text) return;
    if (before === undefined && note.server === this.server) return this.state.delete(this.#keyOf(account));
    // A clock that runs ahead there does not make it longer.
    const left = Math.min(Math.max(Date.parse(note.until) - this.clock.now().getTime(), 0), note.waitMs);
    const { failures, cause, entries } = note;
    const until = this.clock.monotonic() + left;
    const backOff = { failures, until, cause: cause as Cause, ...(entries !== undefined && { entries: new Set(entries) }) };
    this.holder.adopt(account, backOff);
    this.#noted.set(account, { text, sign: signOf(backOff) });
  }

  /** Notes what became of the account here. */
  async note(account: string): Promise<void> {
    await this.#ending;
    const backOff = this.holder.known(account);
    const before = this.#noted.get(account);
    if (backOff === undefined) {
      if (before !== undefined) await this.state.delete(this.#keyOf(account));
      this.#noted.delete(account);
      return;
    }
    const sign = signOf(backOff);
    if (sign === before?.sign) return;
    const now = this.clock.now().getTime();
    const waitMs = Math.max(0, Math.ceil(backOff.until - this.clock.monotonic()));
    const { failures, cause, entries } = backOff;
    const until = new Date(now + waitMs).toISOString();
    const kept = entries === undefined ? {} : { entries: [...entries].slice(0, MOST_ENTRIES) };
    const note: BackOffNote = { server: this.server, failures, until, waitMs, cause, ...kept };
    await this.state.set(this.#keyOf(account), note, new Date(now + waitMs + FORGET_MS));
    this.#noted.set(account, { text: JSON.stringify(note), sign });
  }

  /** Accounts of which any server has noted something. */
  async accounts(): Promise<readonly string[]> {
    await this.#ending;
    const prefix = this.#keyOf('');
    const stored = (await this.state.keys(prefix)).map((key) => key.slice(prefix.length));
    return [...new Set([...stored, ...this.#noted.keys()])];
  }

  /** Its cause may be mended: for all servers. `undefined`: of all accounts. */
  end(account?: string): void {
    this.#ending = this.#ending
      .then(async () => {
        const keys = account === undefined ? await this.state.keys(this.#keyOf('')) : [this.#keyOf(account)];
        for (const key of keys) await this.state.delete(key as `back-off/${string}`);
      })
      // A store that cannot be reached says so elsewhere; the back-off ends by itself.
      .catch(() => undefined);
    if (account === undefined) this.#noted.clear();
    else this.#noted.delete(account);
  }

  #keyOf(account: string): `back-off/${string}` {
    return `back-off/${this.kind}/${account}`;
  }
}

function signOf({ failures, until, entries }: BackOff<unknown>): string {
  return `${failures} ${until} ${entries?.size ?? 0}`;
}
