// One connection beside the pool, for what must not wait behind other work: signs of life, and news. Opened again whenever it was lost.
import type { StoreAddress } from './address.js';
import { DatabaseSession, type SessionOptions } from './databaseSession.js';
import { closed } from './sessionPool.js';

export class StandingSession {
  #session: Promise<DatabaseSession> | undefined;
  #isClosed = false;

  constructor(
    private readonly address: StoreAddress,
    private readonly options: SessionOptions,
    /** Called with each new connection before it is used. */
    private readonly prepare: (session: DatabaseSession) => Promise<void>,
  ) {}

  /** Rejects with `store/unreachable` where there is no connection, and can be none now. */
  async use<T>(work: (session: DatabaseSession) => Promise<T>): Promise<T> {
    return work(await this.#open());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#session?.catch(() => undefined))?.close();
  }

  async #open(): Promise<DatabaseSession> {
    const before = this.#session;
    const known = await before?.catch(() => undefined);
    if (known?.isUsable === true) return known;
    if (this.#isClosed) throw closed();
    // Whoever asked at the same time has it opened already.
    if (this.#session === before || this.#session === undefined) this.#session = this.#make();
    return this.#session;
  }

  async #make(): Promise<DatabaseSession> {
    const session = await DatabaseSession.open(this.address, this.options);
    try {
      await this.prepare(session);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }
}
