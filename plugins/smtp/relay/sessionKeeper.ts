// Keeps one open session per account between two messages, so that a round with many messages logs in once.
import type { Disposable } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { HostHabits } from './hostHabits.js';
import { IspSession } from './ispSession.js';
import type { IspServer } from './ispSettings.js';
import type { KnownMechanisms } from './login/knownMechanisms.js';

const KEEP_MS = 10_000;

interface KeptSession {
  readonly session: IspSession;
  /** The settings that it was opened with; changed ones open another. */
  readonly server: string;
  readonly timer: Disposable;
}

export class SessionKeeper implements Disposable {
  /** What was learned of the servers over all sessions. */
  readonly habits: HostHabits;
  readonly #kept = new Map<string, KeptSession>();
  #disposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly known: KnownMechanisms,
  ) {
    this.habits = new HostHabits(clock);
  }

  /** An open session for the caller alone, with room for a transaction. One that has had some may have been closed by the ISP meanwhile. */
  async take(account: string, server: IspServer, signal: AbortSignal): Promise<IspSession> {
    const kept = this.#remove(account);
    if (kept?.session.isOpen && kept.server === JSON.stringify(server) && this.hasRoom(kept.session, server)) return kept.session;
    kept?.session.quit();
    const session = await IspSession.open(server, this.known, signal);
    if (this.habits.of(server).losesPipeline) session.forgetPipelining();
    return session;
  }

  /** Whether the server takes one more transaction in this session. */
  hasRoom(session: IspSession, server: IspServer): boolean {
    const most = Math.min(session.extensions.limits?.transactions ?? Infinity, this.habits.of(server).transactions ?? Infinity);
    return session.isOpen && session.transactions < most;
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
