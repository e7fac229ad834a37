// Which servers are on the store, and signs of life of this one. Nothing but the row of a server is renewed: what it holds lives and dies with that row.
import type { Disposable } from '@postroom/sdk';
import { PostroomError } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import { bigints } from './binaryArrays.js';
import type { Database, Statements } from './database.js';
import { DATABASE_NOW } from './engineClock.js';
import type { StandingSession } from './standingSession.js';
import { storableText } from './storableText.js';
import { readMark, refuseMarked } from './storeMark.js';
import { joinBeside } from './transferLock.js';

export interface JoinOptions {
  readonly name: string;
  /** Stands in the server's row, so that others go by it whatever they have themselves. */
  readonly goneAfterMs?: number | undefined;
  /** Between two signs of life; a third of that time where it is missing. */
  readonly renewMs?: number | undefined;
}

const GONE_AFTER_MS = 30_000;
/** One sign of life may be lost, and the next one late. */
const SIGNS = 3;
/** A sign of life that found nobody is given again this soon. */
const TRY_AGAIN_MS = 1_000;
/** Leases of a server that is gone so long, which nobody wanted since, are nobody's: there is no use in listing it any more. */
const FORGET_MS = 600_000;

/** SQL: ids of servers that are heard of. */
export const LIVING = `(SELECT id FROM server WHERE until > ${DATABASE_NOW})`;

const RENEW = `UPDATE server SET heard_at = ${DATABASE_NOW}, until = ${DATABASE_NOW} + $2 WHERE id = $1`;

export class Servers {
  readonly #renewed = new Listeners<{ readonly before: number; readonly now: number }>();
  readonly #failed = new Listeners<Error>();
  readonly #renewMs: number;
  readonly #goneAfterMs: number;
  #id = 0;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #trouble: Error | undefined;
  #isClosed = false;

  constructor(
    private readonly database: Database,
    private readonly pulse: StandingSession,
    private readonly options: JoinOptions,
    /** Told each new number. */
    private readonly onJoined: (id: number) => void,
  ) {
    this.#goneAfterMs = options.goneAfterMs ?? GONE_AFTER_MS;
    this.#renewMs = options.renewMs ?? this.#goneAfterMs / SIGNS;
  }

  /** This server's number. Another one once it was given up and came back. */
  get id(): number {
    return this.#id;
  }

  /** Why the database hears nothing of this server; `undefined` where it does. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** `former`: number of a process that is dead. Throws `data/locked` where another server of this name is heard of. */
  async join(former?: number): Promise<void> {
    await this.#join(former);
    this.#schedule(this.#renewMs);
  }

  /** Gives a sign of life now. Rejects where it does not get through. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** After each sign of life. The numbers differ where this server was given up meanwhile. */
  onDidRenew(listener: (ids: { readonly before: number; readonly now: number }) => void): Disposable {
    return this.#renewed.add(listener);
  }

  /** The first of some signs of life that did not get through. */
  onDidFail(listener: (error: Error) => void): Disposable {
    return this.#failed.add(listener);
  }

  /** Leaves: others need not wait until this one is taken for gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#renewing?.catch(() => undefined);
    await this.database.transaction((statements) => leave(statements, this.#id)).catch(() => undefined);
  }

  async #join(former: number | undefined): Promise<void> {
    const name = storableText(this.options.name);
    this.#id = await this.database.transaction(async (statements) => {
      await joinBeside(statements);
      refuseMarked(await readMark(statements));
      const [other] = await statements.rows<{ id: number; left_ms: number }>(
        `SELECT id, until - ${DATABASE_NOW} AS left_ms FROM server WHERE name = $1 FOR UPDATE`,
        [name],
      );
      if (other !== undefined) {
        if (other.left_ms > 0 && other.id !== former) throw nameTaken(name, other.left_ms);
        await leave(statements, other.id);
      }
      // Two of one name that start at once: the second finds the first one's row.
      const [row] = await statements.rows<{ id: number }>(
        `INSERT INTO server (id, name, since, heard_at, until) VALUES (nextval('token'), $1, ${DATABASE_NOW}, ${DATABASE_NOW}, ${DATABASE_NOW} + $2)
          ON CONFLICT (name) DO NOTHING RETURNING id`,
        [name, this.#goneAfterMs],
      );
      if (row === undefined) throw nameTaken(name, this.#goneAfterMs);
      return row.id;
    });
    this.onJoined(this.#id);
  }

  async #renew(): Promise<void> {
    try {
      const before = this.#id;
      const known = await this.pulse.use(async (session) => {
        await session.checkFitness();
        return session.run(RENEW, [this.#id, this.#goneAfterMs]);
      });
      if (known === 0) await this.#comeBack();
      this.#trouble = undefined;
      this.#renewed.fire({ before, now: this.#id });
      const [gone] = await this.database.rows(`SELECT 1 FROM server WHERE until <= ${DATABASE_NOW} LIMIT 1`);
      if (gone !== undefined) await this.database.transaction(clearGone);
    } catch (error) {
      const isNews = this.#trouble === undefined;
      this.#trouble = error instanceof Error ? error : new Error(String(error));
      if (isNews && !this.#isClosed) this.#failed.fire(this.#trouble);
      throw error;
    }
  }

  /** Others gave this server up while it stood still. Where another one has its name by now it holds nothing any more. */
  async #comeBack(): Promise<void> {
    try {
      await this.#join(undefined);
    } catch (error) {
      if (error instanceof PostroomError && error.code === 'data/locked') this.#renewed.fire({ before: this.#id, now: this.#id });
      throw error;
    }
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => {
      this.renew()
        .catch(() => undefined)
        .finally(() => {
          if (!this.#isClosed) this.#schedule(this.#trouble === undefined ? this.#renewMs : Math.min(TRY_AGAIN_MS, this.#renewMs));
        });
    }, ms);
  }
}

/** Takes over the halves that servers left which are gone, and forgets those of whom nothing is left. */
async function clearGone(statements: Statements): Promise<void> {
  const gone = await statements.rows<{ id: number; is_forgotten: boolean }>(
    `SELECT id, until + ${FORGET_MS} <= ${DATABASE_NOW} AS is_forgotten FROM server WHERE until <= ${DATABASE_NOW} ORDER BY id FOR UPDATE SKIP LOCKED`,
  );
  for (const { id, is_forgotten } of gone) {
    await dropSpills(statements, id);
    if (is_forgotten) await statements.run('UPDATE lease SET server_id = NULL WHERE server_id = $1', [id]);
    await statements.run(
      `DELETE FROM server WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM lease WHERE server_id = $1) AND NOT EXISTS (SELECT 1 FROM outbox WHERE server_id = $1)`,
      [id],
    );
  }
}

/** Of a server that is dead, or leaves. What it was sending is recovered by the next one that looks, as there is no such server any more. */
async function leave(statements: Statements, id: number): Promise<void> {
  await dropSpills(statements, id);
  await statements.run('UPDATE lease SET server_id = NULL WHERE server_id = $1', [id]);
  await statements.run('DELETE FROM server WHERE id = $1', [id]);
}

async function dropSpills(statements: Statements, server: number): Promise<void> {
  const dropped = await statements.rows<{ message_id: number }>('DELETE FROM spill WHERE server_id = $1 RETURNING message_id', [server]);
  // A statement of its own: it sees the octets that came in while the first one waited for them.
  if (dropped.length > 0) {
    await statements.run('DELETE FROM chunk WHERE message_id = ANY ($1::bigint[])', [bigints(dropped.map(({ message_id }) => message_id))]);
  }
}

function nameTaken(name: string, leftMs: number): PostroomError {
  return new PostroomError(
    'data/locked',
    `Another server named "${name}" is on this store. Give this one another name ("node" in boot.json, or POSTROOM_NODE in the environment), or stop that one. Where it is dead its name is free in ${Math.ceil(leftMs / 1000)} s.`,
    { server: name },
  );
}
