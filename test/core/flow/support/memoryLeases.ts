// Leases in memory, of as many servers as share it: for tests of what the flow does with them. What a real store promises is tested with the real one.
import { PostroomError } from '@postroom/sdk';
import type { Fence, Lease, Leases, StoreServer } from '@postroom/sdk/services';

export class MemoryLeases implements Leases {
  #token = 0;
  readonly #holders = new Map<string, AbortController>();
  readonly #newest = new Map<string, number>();
  /** What the next calls of `take` fail with. */
  trouble: Error | undefined;
  /** Calls of `take`, by name. */
  readonly asked: string[] = [];

  get held(): readonly string[] {
    return [...this.#holders.keys()];
  }

  async take(name: string): Promise<Lease | undefined> {
    this.asked.push(name);
    if (this.trouble !== undefined) throw this.trouble;
    return this.#holders.has(name) ? undefined : this.#give(name);
  }

  /** Another server takes it, as one may whose holder was not heard of for long. */
  takeOver(name: string, told: 'told' | 'not told' = 'told'): Lease {
    const before = this.#holders.get(name);
    const lease = this.#give(name);
    if (told === 'told') before?.abort(lost(name));
    return lease;
  }

  /** As a write that bears the fence. */
  check({ lease, token }: Fence): void {
    if (this.#newest.get(lease) !== token) throw lost(lease);
  }

  servers(): Promise<readonly StoreServer[]> {
    return Promise.resolve([]);
  }

  #give(name: string): Lease {
    this.#token += 1;
    const holder = new AbortController();
    this.#holders.set(name, holder);
    this.#newest.set(name, this.#token);
    return {
      fence: { lease: name, token: this.#token },
      lost: holder.signal,
      release: async () => {
        if (this.#holders.get(name) === holder) this.#holders.delete(name);
      },
    };
  }
}

function lost(name: string): PostroomError {
  return new PostroomError('lease/lost', `Another server has taken ${name}.`);
}
