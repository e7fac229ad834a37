// Access tokens for scripts. Only their hashes are kept: a token has 256 bits, so that a plain hash is enough.
import { createHash, randomBytes } from 'node:crypto';
import { type PluginState, PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

const DAY_MS = 86_400_000;
const PREFIX = 'postroom_';

/** What a token may do: commands, by what they do or by name. */
export type Scope = string;

interface StoredToken {
  readonly name: string;
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** A token that was presented and is good. */
export interface TokenBearer {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** Whether the scopes cover a command. `write` covers everything, `read` what changes nothing, `outbox.*` an area. */
export function covers(scopes: readonly Scope[], command: { readonly command: string; readonly reads?: boolean | undefined }): boolean {
  return scopes.some((scope) => {
    if (scope === 'write' || scope === command.command) {
      return true;
    }
    return scope === 'read' ? command.reads === true : scope.endsWith('.*') && command.command.startsWith(scope.slice(0, -1));
  });
}

export class Tokens {
  constructor(
    private readonly state: PluginState,
    private readonly clock: Clock,
  ) {}

  /** The answer holds the token itself, which nobody can ask for again. */
  async create(name: string, scopes: readonly Scope[], days: number): Promise<object> {
    const id = randomBytes(6).toString('hex');
    const token = `${PREFIX}${id}_${randomBytes(32).toString('base64url')}`;
    const now = this.clock.now();
    const expires = new Date(now.getTime() + days * DAY_MS);
    const stored: StoredToken = { name, hash: hashOf(token), scopes, createdAt: now.toISOString(), expiresAt: expires.toISOString() };
    await this.state.set(`token/${id}`, stored, expires);
    return { token, id, name, scopes, expires, next: 'Keep it now: it is not shown again. Send it as "Authorization: Bearer ...".' };
  }

  async list(): Promise<readonly object[]> {
    const keys = await this.state.keys('token/');
    const tokens = await Promise.all(keys.map(async (key) => ({ key, stored: (await this.state.get(key)) as StoredToken | undefined })));
    return tokens.flatMap(({ key, stored }) =>
      stored === undefined
        ? []
        : [
            {
              token: key.slice('token/'.length),
              name: stored.name,
              scopes: stored.scopes,
              created: stored.createdAt,
              expires: stored.expiresAt,
            },
          ],
    );
  }

  async revoke(id: string): Promise<object> {
    if ((await this.state.get(`token/${id}`)) === undefined) {
      throw new PostroomError('user/unknown', `There is no token ${id}. "postroom admin-ui tokens" lists them.`);
    }
    await this.state.delete(`token/${id}`);
    return { revoked: id };
  }

  /** Who presents a token; `undefined` where it is wrong, taken back or expired. */
  async check(token: string): Promise<TokenBearer | undefined> {
    const id = /^postroom_([0-9a-f]{12})_/.exec(token)?.[1];
    const stored = id === undefined ? undefined : ((await this.state.get(`token/${id}`)) as StoredToken | undefined);
    if (stored === undefined || stored.hash !== hashOf(token) || new Date(stored.expiresAt) <= this.clock.now()) {
      return undefined;
    }
    return { name: stored.name, scopes: stored.scopes };
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
