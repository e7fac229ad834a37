// ActivityLog on PostgreSQL. Pruning it also prunes the history of deleted messages.
import type { Activity, ActivityKind, ActivityLog, ActivityQuery, Clock } from '@postroom/sdk/services';
import type { Database } from '../engine/database.js';
import { Gathering } from './gathering.js';
import { pruneTraces } from './pruneTraces.js';

type NewActivity = Parameters<ActivityLog['add']>[0];
/** Hears of an entry after its commit, when it can be read. */
export type LoggedListener = (entry: NewActivity) => void;

interface ActivityRow {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly account: string | null;
  readonly user_name: string | null;
  readonly message: string | null;
  readonly text: string;
  readonly details: string;
}

interface Waiting {
  readonly entry: NewActivity;
  /** By this server's clock: a log tells when somebody did something, and days are those of the place. */
  readonly at: Date;
}

const INSERT = `
  INSERT INTO activity (at, day, kind, account, user_name, message, text, details)
  SELECT at, day, kind, account, user_name, message, text, details
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    WITH ORDINALITY AS added (at, day, kind, account, user_name, message, text, details, place)
  ORDER BY place`;

export class PostgresActivityLog implements ActivityLog {
  readonly #gathering: Gathering<Waiting>;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly onLogged: LoggedListener | undefined,
    onLost: (error: unknown) => void,
  ) {
    this.#gathering = new Gathering(clock, (entries) => this.#write(entries), onLost);
  }

  add(entry: NewActivity): void {
    this.#gathering.add({ entry, at: this.clock.now() });
  }

  settle(): Promise<void> {
    return this.#gathering.settle();
  }

  close(): Promise<void> {
    return this.#gathering.close();
  }

  async read(query: ActivityQuery): Promise<readonly Activity[]> {
    await this.settle();
    const pattern = query.text === undefined ? undefined : `%${query.text.replace(/[\\%_]/g, '\\$&')}%`;
    const conditions: readonly (readonly [string, string | number | undefined])[] = [
      ['day =', query.day],
      ['account =', query.account],
      ['user_name =', query.user],
      ['kind =', query.kind],
      ['text ILIKE', pattern],
      ['id <', query.before],
    ];
    const asked = conditions.filter(([, value]) => value !== undefined);
    const where = asked.map(([condition], index) => `${index === 0 ? 'WHERE' : 'AND'} ${condition} $${index + 2}`).join(' ');
    const rows = await this.database.rows<ActivityRow>(`SELECT * FROM activity ${where} ORDER BY id DESC LIMIT $1`, [
      query.limit,
      ...asked.map(([, value]) => value),
    ]);
    return rows.map(activityOf);
  }

  async days(): Promise<readonly { readonly day: string; readonly entries: number }[]> {
    await this.settle();
    return this.database.rows('SELECT day, count(*) AS entries FROM activity GROUP BY day ORDER BY day DESC');
  }

  async prune(days: number): Promise<number> {
    const today = this.clock.now();
    const firstKept = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days);
    return pruneTraces(this.database, { day: localDay(firstKept), at: firstKept }, today);
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    const entries = waiting.map(({ entry }) => entry);
    await this.database.write(INSERT, [
      waiting.map(({ at }) => at.getTime()),
      waiting.map(({ at }) => localDay(at)),
      entries.map(({ kind }) => kind),
      entries.map(({ account }) => account ?? null),
      entries.map(({ user }) => user ?? null),
      entries.map(({ message }) => message ?? null),
      entries.map(({ text }) => text),
      entries.map(({ details }) => JSON.stringify(details ?? {})),
    ]);
    for (const entry of entries) this.onLogged?.(entry);
  }
}

/** The calendar day here: `2026-11-23`. */
function localDay(at: Date): string {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

function activityOf(row: ActivityRow): Activity {
  return {
    id: row.id,
    at: new Date(row.at),
    kind: row.kind as ActivityKind,
    account: row.account ?? undefined,
    user: row.user_name ?? undefined,
    message: row.message ?? undefined,
    text: row.text,
    details: JSON.parse(row.details) as Activity['details'],
  };
}
