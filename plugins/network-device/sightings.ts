// Who of the servers on the store sees the device: one is enough for all of them. Each that sees it holds a lease of its own, which ends when it no longer does, and with the server: the
// store's clock says so, whatever those of the servers show.
import type { Lease, Leases } from '@postroom/sdk/services';

const KIND = 'network-device/';

/** What the store has of the others. */
export interface OthersSight {
  /** How many others run. */
  readonly servers: number;
  /** Names of those that see it, in their order. */
  readonly seenBy: readonly string[];
}

export const NO_OTHERS: OthersSight = Object.freeze({ servers: 0, seenBy: [] });

export class Sightings {
  #lease: Lease | undefined;
  /** One after the other: a lease that is given back is free before it is taken again. */
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly leases: Leases,
    /** This server's name. */
    readonly server: string,
  ) {}

  /** Tells the others whether this server sees it. Never rejects: what the store does not hear of it hears at the next look. */
  tell(isSeen: boolean): Promise<void> {
    this.#work = this.#work.then(() => (isSeen ? this.#take() : this.#release()));
    return this.#work;
  }

  /** `undefined` where the store can't be asked. */
  async others(): Promise<OthersSight | undefined> {
    const servers = await this.leases.servers().catch(() => undefined);
    const others = servers?.filter(({ isThis, isGone }) => !isThis && !isGone);
    return (
      others && {
        servers: others.length,
        seenBy: others.filter(({ holds }) => holds.some(({ lease }) => lease.startsWith(KIND))).map(({ name }) => name),
      }
    );
  }

  async #take(): Promise<void> {
    if (this.#lease?.lost.aborted === true) this.#lease = undefined;
    this.#lease ??= await this.leases.take(`${KIND}${this.server}`).catch(() => undefined);
  }

  async #release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    await lease?.release();
  }
}
