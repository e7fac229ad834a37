// What was learned of the ISPs' servers by what they refused: how many recipients and messages they take at a time, whether they answer commands that
// are sent together. It is forgotten after a day and at a restart: learning it again costs one transaction.
import type { Clock } from '@postroom/sdk/services';
import type { IspServer } from './ispSettings.js';

const KEPT_MS = 24 * 60 * 60_000;

/** `undefined`: nothing is known. */
interface Habits {
  /** Recipients in one transaction. */
  recipients?: Learned<number>;
  /** Transactions in one session. */
  transactions?: Learned<number>;
  /** An outage in the middle of an envelope looks like lost commands: a day of one command at a time costs little. */
  losesPipeline?: Learned<true>;
  /** It takes no mail without a sender: receipts and automatic answers. */
  refusesNullSender?: Learned<true>;
}

interface Learned<T> {
  readonly value: T;
  /** Monotonic milliseconds. */
  readonly until: number;
}

type Known = { readonly [Name in keyof Habits]?: NonNullable<Habits[Name]>['value'] };

export class HostHabits {
  readonly #habits = new Map<string, Habits>();

  constructor(private readonly clock: Clock) {}

  /** What is known of a server today. */
  of(server: IspServer): Known {
    const now = this.clock.monotonic();
    const all = Object.entries(this.#habits.get(placeOf(server)) ?? {}) as [keyof Habits, Learned<number | true>][];
    return Object.fromEntries(all.filter(([, { until }]) => until > now).map(([name, { value }]) => [name, value])) as Known;
  }

  /** Answers whether it is news. */
  learn<Name extends keyof Habits>(server: IspServer, name: Name, value: NonNullable<Known[Name]>): boolean {
    const isNews = this.of(server)[name] === undefined;
    const place = placeOf(server);
    this.#habits.set(place, { ...this.#habits.get(place), [name]: { value, until: this.clock.monotonic() + KEPT_MS } });
    return isNews;
  }
}

function placeOf({ host, port }: IspServer): string {
  return `${host} ${port}`;
}
