// Keeps one open session per account between two messages, so that a round with many messages logs in once.
import type { Disposable } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { IspSession } from './ispSession.js';
import type { IspServer } from './ispSettings.js';
import type { KnownMechanisms } from './knownMechanisms.js';

const KEEP_MS = 10_000;
/** An outage in the middle of an envelope looks like lost commands: a day of one command at a time costs little. */
const DOUBT_MS = 24 * 60 * 60_000;

interface KeptSession {
  readonly session: IspSession;
  /** The settings that it was opened with; changed ones open another. */
  readonly server: string;
  readonly timer: Disposable;
}

export class SessionKeeper implements Disposable {
  readonly #kept = new Map<string, KeptSession>();
  /** Until when (monotonic) a server gets one command at a time, by its place. */
  readonly #doubted = new Map<string, number>();
  #disposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly known: KnownMechanisms,
  ) {}

  /** An open session for the caller alone; `isKept` tells that the ISP may have closed it meanwhile. */
  async take(account: string, server: IspServer, signal: AbortSignal): Promise<{ session: IspSession; isKept: boolean }> {
    const kept = this.#remove(account);
    if (kept?.session.isOpen && kept.server === JSON.stringify(server)) {
      return { session: kept.session, isKept: true };
    }
    kept?.session.quit();
    const session = await IspSession.open(server, this.known, signal);
    if ((this.#doubted.get(placeOf(server)) ?? 0) > this.clock.monotonic()) session.forgetPipelining();
    return { session, isKept: false };
  }

  /** The server announced PIPELINING and did not answer every command of an envelope. */
  doubtPipelining(server: IspServer): void {
    this.#doubted.set(placeOf(server), this.clock.monotonic() + DOUBT_MS);
  }

  /** Gives a session back that is ready for the next MAIL. After the end there is none: it says QUIT. */
  keep(account: string, server: IspServer, session: IspSession): void {
    if (!session.isOpen) {
      return;
    }
    if (this.#disposed || this.#kept.has(account)) {
      session.quit();
      return;
    }
    const timer = this.clock.after(KEEP_MS, () => this.#remove(account)?.session.quit());
    this.#kept.set(account, { session, server: JSON.stringify(server), timer });
  }

  dispose(): void {
    this.#disposed = true;
    for (const account of this.#kept.keys()) {
      this.#remove(account)?.session.quit();
    }
  }

  #remove(account: string): KeptSession | undefined {
    const kept = this.#kept.get(account);
    this.#kept.delete(account);
    void kept?.timer.dispose();
    return kept;
  }
}

function placeOf({ host, port }: IspServer): string {
  return `${host} ${port}`;
}
