// Logins to the manager. They live in memory: a restart of the server ends them.
import { randomBytes } from 'node:crypto';
import type { Disposable } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

/** More at a time are not kept; the one used least lately goes. */
const MOST_SESSIONS = 50;
const MINUTE_MS = 60_000;

export interface LoginSession {
  /** For lists and for revoking; opens nothing. */
  readonly id: string;
  /** What the cookie holds. */
  readonly secret: string;
  /** What every change must bring along, so that no foreign page can make one. */
  readonly csrf: string;
  readonly since: Date;
  readonly address: string;
  readonly browser: string;
}

/** How long logins last. */
export interface SessionLimits {
  readonly idleMinutes: number;
  readonly hours: number;
}

interface Entry {
  readonly session: LoginSession;
  readonly startedAt: number;
  usedAt: number;
  usedDate: Date;
  locked: boolean;
  readonly onEnd: Set<() => void>;
}

export class Sessions implements Disposable {
  readonly #bySecret = new Map<string, Entry>();
  readonly #spared = new Set<string>();
  /** Looks for expired logins, as no request may come for them. */
  #timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly limits: () => SessionLimits,
  ) {}

  /** Begins a login with a fresh id. `former`: the secret that it replaces. */
  begin(address: string, browser: string, former?: string): LoginSession {
    if (former !== undefined) {
      this.#end(former);
    }
    const now = this.clock.monotonic();
    const session: LoginSession = {
      id: randomBytes(6).toString('hex'),
      secret: randomBytes(32).toString('base64url'),
      csrf: randomBytes(24).toString('base64url'),
      since: this.clock.now(),
      address,
      browser: browser.slice(0, 200),
    };
    this.#bySecret.set(session.secret, {
      session,
      startedAt: now,
      usedAt: now,
      usedDate: session.since,
      locked: false,
      onEnd: new Set(),
    });
    this.#dropOldest();
    this.#watch();
    return session;
  }

  /** The login that a cookie names, and whether it is locked. Asking for it without `peek` counts as use. */
  find(secret: string | undefined, peek = false): { readonly session: LoginSession; readonly locked: boolean } | undefined {
    const entry = secret === undefined ? undefined : this.#bySecret.get(secret);
    if (entry === undefined) {
      return undefined;
    }
    this.#judge(entry);
    if (!this.#bySecret.has(entry.session.secret)) return undefined;
    const now = this.clock.monotonic();
    if (!peek && !entry.locked) {
      entry.usedAt = now;
      entry.usedDate = this.clock.now();
    }
    return { session: entry.session, locked: entry.locked };
  }

  lock(secret: string): void {
    const entry = this.#bySecret.get(secret);
    if (entry !== undefined) {
      this.#lock(entry);
    }
  }

  end(secret: string): void {
    this.#end(secret);
  }

  /** False where no login has that id. */
  revoke(id: string): boolean {
    const entry = [...this.#bySecret.values()].find(({ session }) => session.id === id);
    if (entry !== undefined) {
      this.#end(entry.session.secret);
    }
    return entry !== undefined;
  }

  /** Ends all logins: the password is another now. */
  endAll(): void {
    for (const { session } of [...this.#bySecret.values()]) {
      if (!this.#spared.has(session.id)) {
        this.#end(session.secret);
      }
    }
  }

  /** Runs work that ends all logins, and spares the one that asked for it. */
  async sparing<T>(id: string | undefined, work: () => Promise<T>): Promise<T> {
    if (id === undefined) {
      return work();
    }
    this.#spared.add(id);
    try {
      return await work();
    } finally {
      this.#spared.delete(id);
    }
  }

  list(): readonly object[] {
    return [...this.#bySecret.values()].map(({ session, usedDate, locked }) => ({
      session: session.id,
      since: session.since,
      used: usedDate,
      address: session.address,
      browser: session.browser,
      locked,
    }));
  }

  /** Calls once when the login ends or is locked. Answers how to stop listening. */
  onEnd(secret: string, call: () => void): () => void {
    const onEnd = this.#bySecret.get(secret)?.onEnd;
    onEnd?.add(call);
    return () => void onEnd?.delete(call);
  }

  dispose(): void {
    void this.#timer?.dispose();
    this.#timer = undefined;
  }

  /** Ends a login that is too old, locks an idle one. Answers how long it may stay as it is, in milliseconds. */
  #judge(entry: Entry): number {
    const now = this.clock.monotonic();
    const { idleMinutes, hours } = this.limits();
    const left = entry.startedAt + hours * 60 * MINUTE_MS - now;
    const idleLeft = entry.usedAt + idleMinutes * MINUTE_MS - now;
    if (left <= 0) this.#end(entry.session.secret);
    else if (idleLeft <= 0 && !entry.locked) this.#lock(entry);
    return entry.locked ? left : Math.min(left, idleLeft);
  }

  /** The limits may become shorter meanwhile, so it looks once a minute at least. */
  #watch(): void {
    if (this.#timer !== undefined || this.#bySecret.size === 0) return;
    const left = [...this.#bySecret.values()].map((entry) => this.#judge(entry)).filter((ms) => ms > 0);
    if (left.length === 0) return;
    this.#timer = this.clock.after(Math.min(MINUTE_MS, ...left), () => {
      this.#timer = undefined;
      this.#watch();
    });
  }

  #lock(entry: Entry): void {
    entry.locked = true;
    this.#tell(entry);
  }

  #end(secret: string): void {
    const entry = this.#bySecret.get(secret);
    if (entry !== undefined) {
      this.#bySecret.delete(secret);
      this.#tell(entry);
    }
  }

  #tell(entry: Entry): void {
    for (const call of [...entry.onEnd]) {
      entry.onEnd.delete(call);
      call();
    }
  }

  #dropOldest(): void {
    const byUse = [...this.#bySecret.values()].sort((a, b) => a.usedAt - b.usedAt);
    for (const { session } of byUse.slice(0, Math.max(0, byUse.length - MOST_SESSIONS))) {
      this.#end(session.secret);
    }
  }
}
