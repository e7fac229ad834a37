// Access tokens for scripts. Only their hashes are kept: a token has 256 bits, so that a plain hash is enough.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type AccessToken, type Disposable, type PluginStorage, PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { isWithin, type Scope, type ScopedCommand } from './scopes.js';

const DAY_MS = 86_400_000;
const PREFIX = 'postroom_';
/** Each is one script's; more are a mistake. */
const MOST_TOKENS = 200;
/** How often the last use is written down. */
const NOTE_USE_MS = 10 * 60_000;
/** How often who works for as long as a token is valid looks whether it is there. */
const LOOK_MS = 60_000;

interface StoredToken {
  readonly name: string;
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly expiresAt: string;
  /** The token that made it; taken back with that one. */
  readonly maker?: string;
  readonly usedAt?: string;
}

export class Tokens implements Disposable {
  /** Listeners that work for as long as a token is valid: called when it is revoked or expires. */
  readonly #onEnd = new Map<string, Set<() => void>>();
  readonly #timers = new Set<Disposable>();

  /** `declarations`: the commands that scopes are about. */
  constructor(
    private readonly state: PluginStorage,
    private readonly clock: Clock,
    private readonly declarations: () => readonly ScopedCommand[] = () => [],
  ) {}

  /** The answer holds the token itself, which is not stored and cannot be shown again. `maker`: the token that asks for another one. */
  async create(name: string, scopes: readonly Scope[], days: number, maker?: AccessToken): Promise<object> {
    if (maker !== undefined) this.#refuseWider(scopes, maker);
    if ((await this.#keys()).length >= MOST_TOKENS) {
      throw new PostroomError('command/not-allowed', `There are ${MOST_TOKENS} access tokens. Take one back that no script uses any more.`);
    }
    const id = randomBytes(6).toString('hex');
    const token = `${PREFIX}${id}_${randomBytes(32).toString('base64url')}`;
    const now = this.clock.now();
    const asked = now.getTime() + days * DAY_MS;
    const expires = new Date(maker === undefined ? asked : Math.min(asked, maker.expires.getTime()));
    const stored: StoredToken = {
      name,
      hash: hashOf(token),
      scopes,
      createdAt: now.toISOString(),
      expiresAt: expires.toISOString(),
      ...(maker !== undefined && { maker: maker.id }),
    };
    await this.state.set(keyOf(id), stored, expires);
    return { token, id, name, scopes, expires, next: 'Keep it now: it is not shown again. Send it as "Authorization: Bearer ...".' };
  }

  async list(): Promise<readonly object[]> {
    return (await this.#all()).map(([id, stored]) => ({
      token: id,
      name: stored.name,
      scopes: stored.scopes,
      created: stored.createdAt,
      expires: stored.expiresAt,
      used: stored.usedAt ?? 'never',
    }));
  }

  /** With it go those that it made, and those that these made. */
  async revoke(id: string): Promise<object> {
    const all = new Map(await this.#all());
    if (!all.has(id)) {
      throw new PostroomError('user/unknown', `There is no token ${id}. "postroom admin-ui tokens" lists them.`);
    }
    const revoked = withMade(id, all);
    for (const each of revoked) await this.state.delete(keyOf(each));
    for (const each of revoked) this.#end(each);
    const [, ...made] = revoked;
    return { revoked: id, ...(made.length > 0 && { madeByIt: made }) };
  }

  /** Who presents a token; `undefined` where it is wrong, taken back or expired. */
  async check(token: string): Promise<AccessToken | undefined> {
    const id = /^postroom_([0-9a-f]{12})_/.exec(token)?.[1];
    const stored = id === undefined ? undefined : await this.#find(id);
    if (id === undefined || stored === undefined || !isSame(stored.hash, hashOf(token))) return undefined;
    const expires = new Date(stored.expiresAt);
    if (expires <= this.clock.now()) return undefined;
    await this.#noteUse(id, stored);
    return { id, name: stored.name, scopes: stored.scopes, expires };
  }

  /** Calls when the token expires, or is taken back, on another server within a minute. Answers how to stop listening. */
  onEnd({ id, expires }: AccessToken, call: () => void): () => void {
    const calls = this.#onEnd.get(id) ?? new Set();
    this.#onEnd.set(id, calls.add(call));
    const watch = this.#watch(id, expires, call);
    return () => {
      calls.delete(call);
      if (calls.size === 0) this.#onEnd.delete(id);
      watch.dispose();
    };
  }

  dispose(): void {
    for (const timer of this.#timers) void timer.dispose();
    this.#timers.clear();
    this.#onEnd.clear();
  }

  #watch(id: string, expires: Date, onExpiry: () => void): { dispose(): void } {
    let timer: Disposable;
    const next = (): void => {
      const left = expires.getTime() - this.clock.now().getTime();
      timer = this.clock.after(Math.min(left, LOOK_MS), () => {
        this.#timers.delete(timer);
        if (left <= LOOK_MS) return onExpiry();
        void this.#endIfGone(id);
        next();
      });
      this.#timers.add(timer);
    };
    next();
    return {
      dispose: () => {
        void timer.dispose();
        this.#timers.delete(timer);
      },
    };
  }

  /** It may have been taken back on another server. One that cannot be looked at is looked at again. */
  async #endIfGone(id: string): Promise<void> {
    const isGone = await this.#find(id).then(
      (stored) => stored === undefined,
      () => false,
    );
    if (isGone) this.#end(id);
  }

  #refuseWider(scopes: readonly Scope[], maker: AccessToken): void {
    const wider = scopes.find((scope) => !isWithin(scope, maker.scopes, this.declarations()));
    if (wider === undefined) return;
    throw new PostroomError(
      'command/not-allowed',
      `The token "${maker.name}" covers ${maker.scopes.join(', ')}, so it cannot make one that covers ${wider}. Make it in the manager.`,
    );
  }

  async #noteUse(id: string, stored: StoredToken): Promise<void> {
    const now = this.clock.now();
    if (stored.usedAt !== undefined && now.getTime() - Date.parse(stored.usedAt) < NOTE_USE_MS) return;
    const usedAt = now.toISOString();
    // One that is taken back meanwhile stays so.
    await this.state.update(keyOf(id), (kept) =>
      kept === undefined ? undefined : ({ ...(kept as StoredToken), usedAt } satisfies StoredToken),
    );
  }

  #end(id: string): void {
    for (const call of [...(this.#onEnd.get(id) ?? [])]) call();
    this.#onEnd.delete(id);
  }

  #keys(): Promise<readonly string[]> {
    return this.state.keys(keyOf(''));
  }

  async #find(id: string): Promise<StoredToken | undefined> {
    return (await this.state.get(keyOf(id))) as StoredToken | undefined;
  }

  async #all(): Promise<readonly (readonly [string, StoredToken])[]> {
    const ids = (await this.#keys()).map((key) => key.slice(keyOf('').length));
    const found = await Promise.all(ids.map(async (id) => [id, await this.#find(id)] as const));
    return found.flatMap(([id, stored]) => (stored === undefined ? [] : [[id, stored] as const]));
  }
}

function keyOf(id: string): string {
  return `token/${id}`;
}

/** A token and all that come from it, itself first. */
function withMade(id: string, all: ReadonlyMap<string, StoredToken>): readonly string[] {
  const found = [id];
  for (const each of found) {
    for (const [made, { maker }] of all) if (maker === each && !found.includes(made)) found.push(made);
  }
  return found;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
