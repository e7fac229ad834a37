// Leases on SQLite. The data folder has one server, so they are kept in memory and never end by time: a process that ends has let go of them, and the lock
// of the folder proves it.
import { PostroomError } from '@postroom/sdk';
import type { Clock, Fence, Lease, Leases, StoreServer } from '@postroom/sdk/services';
import type { Sequence } from './sequence.js';

/** This process, as others would see it. */
export interface ServerIdentity {
  readonly id: number;
  readonly name: string;
}

interface Holder {
  readonly token: number;
  readonly since: Date;
  /** What people call the lease. */
  readonly title: string;
  isHeld: boolean;
  /** Its writes that have begun. */
  writes: number;
  /** Hears that the last of them is over. */
  idle: (() => void) | undefined;
}

export class MemoryLeases implements Leases {
  /** The last holder of each, also of those that nobody has now: its token is good until there is another one. As many as mailboxes and accounts. */
  readonly #holders = new Map<string, Holder>();
  readonly #since: Date;

  constructor(
    private readonly server: ServerIdentity,
    private readonly tokens: Sequence,
    private readonly clock: Clock,
  ) {
    this.#since = clock.now();
  }

  /** `title`: what people call it, where its name is a number. */
  async take(name: string, title = name): Promise<Lease | undefined> {
    const before = this.#holders.get(name);
    if (before?.isHeld === true) return undefined;
    const holder: Holder = { token: this.tokens.next(), since: this.clock.now(), title, isHeld: true, writes: 0, idle: undefined };
    this.#holders.set(name, holder);
    // No write of the former holder begins any more; the last ones may be on their way to the disk.
    if (before !== undefined && before.writes > 0) {
      await new Promise<void>((resolve) => {
        before.idle = resolve;
      });
    }
    return {
      fence: { lease: name, token: holder.token },
      lost: new AbortController().signal,
      release: async () => {
        holder.isHeld = false;
      },
    };
  }

  async servers(): Promise<readonly StoreServer[]> {
    const holds = [...this.#holders.values()].filter(({ isHeld }) => isHeld).map(({ title, since }) => ({ lease: title, since }));
    return [{ ...this.server, isThis: true, since: this.#since, heardAt: this.clock.now(), isGone: false, holds }];
  }

  /**
   * To be called before a write that bears the fence; the answer, when that is over, whatever it came to. In between nobody gets the lease. Throws
   * `lease/lost`.
   */
  enter({ lease, token }: Fence): () => void {
    const holder = this.#holders.get(lease);
    if (holder?.token !== token) {
      throw new PostroomError('lease/lost', 'Somebody else has taken over what this was part of: nothing of it was stored.', { lease });
    }
    holder.writes += 1;
    return () => {
      holder.writes -= 1;
      if (holder.writes === 0) holder.idle?.();
    };
  }
}
