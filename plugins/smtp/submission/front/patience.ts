// Time limits of a client: to begin, for each command line, for each piece of a message. A trickle of octets buys no time,
// so that a client cannot hold a connection by sending one octet now and then.
import type { Disposable } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

/** From the connection to a login or the first MAIL. */
export const BEGIN_MS = 2 * 60_000;
/** For a command, and for the next piece of a message (RFC 5321 section 4.5.3.2.7). */
export const IDLE_MS = 5 * 60_000;
/** Octets of a message that must come within that time. */
const LEAST_OCTETS = 4096;

/** What a look at the connection tells. */
export interface ClientProgress {
  /** The client waits for an answer of ours. */
  readonly isOurTurn: boolean;
  /** Octets of the running message that have come; `undefined` between messages. */
  readonly messageOctets: number | undefined;
}

export class Patience implements Disposable {
  #timer: Disposable | undefined;
  #octets = 0;
  #hasBegun = false;
  #isDisposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly progress: () => ClientProgress,
    private readonly isOver: () => void,
  ) {
    this.#wait(BEGIN_MS);
  }

  /** The client has got an answer. `hasBegun`: it has logged in or has begun to send mail. Nothing waits for a client that has gone. */
  answered(hasBegun: boolean): void {
    if (this.#isDisposed) return;
    this.#hasBegun ||= hasBegun;
    this.#octets = 0;
    // A client that says NOOP for ever means no mail.
    if (this.#hasBegun) this.#wait(IDLE_MS);
  }

  dispose(): void {
    this.#isDisposed = true;
    void this.#timer?.dispose();
  }

  #wait(ms: number): void {
    void this.#timer?.dispose();
    this.#timer = this.clock.after(ms, () => this.#look());
  }

  #look(): void {
    const { isOurTurn, messageOctets } = this.progress();
    const comes = messageOctets !== undefined && messageOctets - this.#octets >= LEAST_OCTETS;
    if (!isOurTurn && !comes) return this.isOver();
    this.#octets = messageOctets ?? 0;
    this.#wait(IDLE_MS);
  }
}
