// ActivityLog on PostgreSQL. Pruning it also prunes the history of deleted messages.
import type { Activity, ActivityLog, ActivityQuery, Clock } from '@postroom/sdk/services';
import {
  type ActivityColumns,
  activityColumns,
  activityOf,
  firstDayKept,
  type LoggedListener,
  likePattern,
  type NewActivity,
} from '@postroom/sdk/store';
import type { Database } from '../engine/database.js';
import { Gathering } from './gathering.js';
import { pruneTraces } from './pruneTraces.js';

interface Waiting {
  readonly entry: NewActivity;
  /** At this server's time: a log tells when somebody did something. */
  readonly columns: ActivityColumns;
}

const COLUMNS = 'id, at, day, kind, account, user_name AS "user", message, text, details';

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
    this.#gathering.add({ entry, columns: activityColumns(entry, this.clock.now()) });
  }

  settle(): Promise<void> {
    return this.#gathering.settle();
  }

  close(): Promise<void> {
    return this.#gathering.close();
  }

  async read(query: ActivityQuery): Promise<readonly Activity[]> {
    await this.settle();
    const pattern = query.text === undefined ? undefined : likePattern(query.text);
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
    const rows = await this.database.rows<ActivityColumns & { readonly id: number }>(
      `SELECT ${COLUMNS} FROM activity ${where} ORDER BY id DESC LIMIT $1`,
      [query.limit, ...asked.map(([, value]) => value)],
    );
    return rows.map(activityOf);
  }

  async days(): Promise<readonly { readonly day: string; readonly entries: number }[]> {
    await this.settle();
    return this.database.rows('SELECT day, count(*) AS entries FROM activity GROUP BY day ORDER BY day DESC');
  }

  async prune(days: number): Promise<number> {
    const today = this.clock.now();
    return pruneTraces(this.database, firstDayKept(days, today), today);
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    const rows = waiting.map(({ columns }) => columns);
    await this.database.write(INSERT, [
      rows.map(({ at }) => at),
      rows.map(({ day }) => day),
      rows.map(({ kind }) => kind),
      rows.map(({ account }) => account),
      rows.map(({ user }) => user),
      rows.map(({ message }) => message),
      rows.map(({ text }) => text),
      rows.map(({ details }) => details),
    ]);
    for (const { entry } of waiting) this.onLogged?.(entry);
  }
}
