// Leases as rows with tokens. A row is held as long as its server is heard of; its token counts until another server has taken it, however late that is.
import { PostroomError } from '@postroom/sdk';
import type { Fence, Lease, Leases, StoreServer } from '@postroom/sdk/services';
import { bigints, texts } from './binaryArrays.js';
import type { Database, Prepared, Statements } from './database.js';
import { DATABASE_NOW } from './engineClock.js';
import { LIVING, type Servers } from './servers.js';
import { SharedWrite } from './sharedWrite.js';
import { storableText } from './storableText.js';

interface Held {
  readonly token: number;
  readonly lost: AbortController;
}

interface ServerRow {
  readonly id: number;
  readonly name: string;
  readonly since: number;
  readonly heard_at: number;
  readonly is_gone: boolean;
  readonly holds: string;
}

/**
 * Of several names at once, which were taken before and are free: one that is not among them, or that somebody just looks at, keeps nobody else waiting. Values:
 * names, this server.
 */
const TAKE_FREE: Prepared = {
  name: 'take-free',
  text: `WITH free AS MATERIALIZED (
    SELECT name FROM lease WHERE name = ANY ($1::text[]) AND (server_id IS NULL OR server_id = $2 OR server_id NOT IN ${LIVING}) ORDER BY name FOR UPDATE SKIP LOCKED)
  UPDATE lease SET token = nextval('token'), server_id = $2, since = ${DATABASE_NOW} FROM free WHERE lease.name = free.name RETURNING lease.name, token`,
};

/**
 * Seen by everybody at once, and no wait for the disk, within this one commit: where a crash of the database forgets it, the lease is given back at the next sign
 * of life. Whoever takes it meanwhile waits for the disk, and so for this.
 */
const RELEASE: Prepared = {
  name: 'release',
  text: `WITH lazily AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
    UPDATE lease SET server_id = NULL FROM unnest($1::text[], $2::bigint[]) AS done (name, token), lazily
    WHERE lease.name = done.name AND lease.token = done.token`,
};

const TAKE = `INSERT INTO lease (name, token, server_id, since) VALUES ($1, nextval('token'), $2, ${DATABASE_NOW})
  ON CONFLICT (name) DO UPDATE SET token = excluded.token, server_id = excluded.server_id, since = excluded.since
    WHERE lease.server_id IS NULL OR lease.server_id = $2 OR lease.server_id NOT IN ${LIVING}
  RETURNING token`;

/** A mailbox's lease bears its number, as it may get another name meanwhile; people know it by its name. */
const TITLE = `coalesce((SELECT 'maildrop/' || user_key || CASE account WHEN '' THEN '' ELSE '@' || account END FROM mailbox
  WHERE mailbox.id = substring(lease.name FROM '^maildrop/([0-9]+)$')::bigint), lease.name)`;

/** One that is gone stands here as long as something is left of it. */
const SERVERS = `SELECT id, name, since, heard_at, until <= ${DATABASE_NOW} AS is_gone,
    coalesce((SELECT json_agg(json_build_array(${TITLE}, lease.since) ORDER BY ${TITLE}) FROM lease WHERE server_id = server.id), '[]')::text AS holds
  FROM server
  WHERE until > ${DATABASE_NOW} OR EXISTS (SELECT 1 FROM lease WHERE server_id = server.id) OR EXISTS (SELECT 1 FROM outbox WHERE server_id = server.id)
    OR EXISTS (SELECT 1 FROM spill WHERE server_id = server.id)
  ORDER BY name`;

export class PostgresLeases implements Leases {
  /** Of this server, by name. One that is being taken or given back is there as well, so that nobody here takes it meanwhile. */
  readonly #held = new Map<string, Held | 'busy'>();
  /** Sessions of mail programs come and go by the hundred: each takes a lease and gives it back. */
  readonly #takes = new SharedWrite<string, number | undefined>((names) => this.#takeFree(names));
  readonly #releases = new SharedWrite<Fence, true>((fences) => this.#giveBack(fences));

  constructor(
    private readonly database: Database,
    private readonly registry: Servers,
  ) {
    registry.onDidRenew(({ before, now }) => void this.#compare(before, now).catch(() => undefined));
  }

  async take(name: string): Promise<Lease | undefined> {
    if (this.#held.has(name)) return undefined;
    this.#held.set(name, 'busy');
    let held: Held | undefined;
    try {
      // Where the answer is lost the row is this server's, who takes it again or gives it back at its next sign of life.
      const token = (await this.#takes.add(name)) ?? (await this.#takeAlone(name));
      held = token === undefined ? undefined : { token, lost: new AbortController() };
    } finally {
      if (held === undefined) this.#held.delete(name);
      else this.#held.set(name, held);
    }
    if (held === undefined) return undefined;
    const { token, lost } = held;
    return { fence: { lease: name, token }, lost: lost.signal, release: () => this.#release(name, token) };
  }

  async servers(): Promise<readonly StoreServer[]> {
    const rows = await this.database.rows<ServerRow>(SERVERS);
    return rows.map(({ id, name, since, heard_at, is_gone, holds }) => ({
      id,
      name,
      isThis: id === this.registry.id,
      since: new Date(since),
      heardAt: new Date(heard_at),
      isGone: is_gone,
      holds: (JSON.parse(holds) as [string, number][]).map(([lease, at]) => ({ lease, since: new Date(at) })),
    }));
  }

  /** A write with this fence was refused: whoever holds it hears of that before the next sign of life. */
  noteLost({ lease, token }: Fence): void {
    const held = this.#held.get(lease);
    if (held === undefined || held === 'busy' || held.token !== token) return;
    this.#held.delete(lease);
    held.lost.abort(lostLease(lease));
  }

  async #takeFree(names: readonly string[]): Promise<readonly (number | undefined)[]> {
    const rows = await this.database.write<{ name: string; token: number }>(TAKE_FREE, [texts(names), this.registry.id], names.length);
    const tokens = new Map(rows.map(({ name, token }) => [name, token]));
    return names.map((name) => tokens.get(storableText(name)));
  }

  /** A new name; or one that somebody holds, unless they give it back just now. */
  async #takeAlone(name: string): Promise<number | undefined> {
    const [row] = await this.database.write<{ token: number }>(TAKE, [name, this.registry.id]);
    return row?.token;
  }

  async #giveBack(fences: readonly Fence[]): Promise<readonly true[]> {
    const names = texts(fences.map(({ lease }) => lease));
    await this.database.write(RELEASE, [names, bigints(fences.map(({ token }) => token))], fences.length);
    return fences.map(() => true);
  }

  async #release(name: string, token: number): Promise<void> {
    const held = this.#held.get(name);
    if (held === undefined || held === 'busy' || held.token !== token) return;
    this.#held.set(name, 'busy');
    try {
      await this.#releases.add({ lease: name, token });
    } catch {
      // Given back at the next sign of life.
    } finally {
      this.#held.delete(name);
    }
  }

  /** What the store says this server holds, and what it thinks it holds. Where it was given up it keeps what nobody has taken since. */
  async #compare(before: number, now: number): Promise<void> {
    const held = [...this.#held].flatMap(([name, each]) => (each === 'busy' ? [] : [{ name, ...each }]));
    if (before !== now && held.length > 0) {
      await this.database.write(
        `UPDATE lease SET server_id = $1 FROM unnest($2::text[], $3::bigint[]) AS mine (name, token)
          WHERE lease.name = mine.name AND lease.token = mine.token AND (server_id IS NULL OR server_id = $4)`,
        [now, texts(held.map(({ name }) => name)), bigints(held.map(({ token }) => token)), before],
      );
    }
    const rows = await this.database.rows<{ name: string; token: number }>('SELECT name, token FROM lease WHERE server_id = $1', [now]);
    const stored = new Map(rows.map(({ name, token }) => [name, token]));
    for (const { name, token } of held) if (stored.get(storableText(name)) !== token) this.noteLost({ lease: name, token });
    const strays = rows.filter(({ name }) => !this.#held.has(name)).map(({ name, token }) => ({ lease: name, token }));
    if (strays.length > 0) await this.#giveBack(strays);
  }
}

/**
 * Within the transaction of a write that bears the fence: throws `lease/lost` where somebody else has taken the lease. Nobody takes it before this
 * transaction ends.
 */
export async function checkFence(statements: Statements, { lease, token }: Fence): Promise<void> {
  const [row] = await statements.rows('SELECT 1 FROM lease WHERE name = $1 AND token = $2 FOR SHARE', [lease, token]);
  if (row === undefined) throw lostLease(lease);
}

export function lostLease(lease: string): PostroomError {
  return new PostroomError('lease/lost', `Another server has taken ${lease} over: nothing of this change was stored.`, { lease });
}
