// Leases of several servers on one store, in memory: for tests of what plugins do with them. What a real store promises is tested with the real one.
import { PostroomError } from '@postroom/sdk';
import type { Fence, Lease, Leases, StoreServer } from '@postroom/sdk/services';

interface Holder {
  readonly server: string;
  readonly token: number;
  readonly since: Date;
  readonly lost: AbortController;
}

export class SharedLeases {
  readonly #servers: { readonly name: string; isGone: boolean }[] = [];
  readonly #holders = new Map<string, Holder>();
  #token = 0;

  constructor(private readonly now: () => Date) {}

  /** The leases as a server of this name sees them. */
  of(name: string): Leases {
    this.#servers.push({ name, isGone: false });
    return { take: async (lease) => this.#take(lease, name), servers: async () => this.#seenBy(name) };
  }

  /** The server has not been heard of for half a minute: others may take what it holds. */
  end(name: string): void {
    for (const server of this.#servers) if (server.name === name) server.isGone = true;
  }

  /** What the server holds. */
  heldBy(name: string): readonly string[] {
    return [...this.#holders].flatMap(([lease, { server }]) => (server === name ? lease : []));
  }

  #take(lease: string, server: string): Lease | undefined {
    const before = this.#holders.get(lease);
    if (before !== undefined && !this.#isGone(before.server)) return undefined;
    this.#token += 1;
    const holder: Holder = { server, token: this.#token, since: this.now(), lost: new AbortController() };
    this.#holders.set(lease, holder);
    before?.lost.abort(new PostroomError('lease/lost', `The server ${server} has taken ${lease}.`));
    const fence: Fence = { lease, token: holder.token };
    const release = async (): Promise<void> => {
      if (this.#holders.get(lease) === holder) this.#holders.delete(lease);
    };
    return { fence, lost: holder.lost.signal, release };
  }

  #isGone(server: string): boolean {
    return this.#servers.some(({ name, isGone }) => name === server && isGone);
  }

  #seenBy(server: string): readonly StoreServer[] {
    return this.#servers.map(({ name, isGone }, index) => ({
      ...{ id: index + 1, name, isGone, isThis: name === server, since: this.now(), heardAt: this.now() },
      holds: [...this.#holders].flatMap(([lease, holder]) => (holder.server === name ? { lease, since: holder.since } : [])),
    }));
  }
}
