// ActivityLog on SQLite. Pruning it also prunes the history of deleted messages.
import type { Activity, ActivityLog, ActivityQuery, Clock } from '@postroom/sdk/services';
import {
  type ActivityColumns,
  activityColumns,
  activityOf,
  firstDayKept,
  type LoggedListener,
  likePattern,
  type NewActivity,
  SEEN_MS,
} from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';

/** Rows that one commit removes: mail that comes in meanwhile does not wait long. */
const PRUNE_ROWS = 5_000;

export class SqliteActivityLog implements ActivityLog {
  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
    private readonly onLogged?: LoggedListener,
  ) {}

  add(entry: NewActivity): void {
    const row = activityColumns(entry, this.clock.now());
    this.queue.writeLater({ stage: (group) => group.insert('activity', row), committed: () => this.onLogged?.(entry) });
  }

  async read(query: ActivityQuery): Promise<readonly Activity[]> {
    await this.queue.settleLater();
    const pattern = query.text === undefined ? undefined : likePattern(query.text);
    const conditions: readonly (readonly [string, string | number | undefined])[] = [
      ['day = ?', query.day],
      ['account = ?', query.account],
      ['user = ?', query.user],
      ['kind = ?', query.kind],
      [`text LIKE ? ESCAPE '\\'`, pattern],
      ['id < ?', query.before],
    ];
    const asked = conditions.filter(([, value]) => value !== undefined);
    const where = asked.length === 0 ? '' : `WHERE ${asked.map(([condition]) => condition).join(' AND ')}`;
    const rows = await this.readers.all<ActivityColumns & { readonly id: number }>(
      `SELECT * FROM activity ${where} ORDER BY id DESC LIMIT ?`,
      [...asked.map(([, value]) => value), query.limit],
    );
    return rows.map(activityOf);
  }

  async days(): Promise<readonly { readonly day: string; readonly entries: number }[]> {
    await this.queue.settleLater();
    return this.readers.all('SELECT day, count(*) AS entries FROM activity GROUP BY day ORDER BY day DESC');
  }

  async prune(days: number): Promise<number> {
    const today = this.clock.now();
    const firstKept = firstDayKept(days, today);
    const removed = await this.#removeInPieces((writer) =>
      writer.run(`DELETE FROM activity WHERE id IN (SELECT id FROM activity WHERE day < ? LIMIT ${PRUNE_ROWS})`, [firstKept.day]),
    );
    await this.#removeInPieces(async (writer) => {
      const gone = `SELECT id FROM message WHERE gone_at < ? LIMIT ${PRUNE_ROWS}`;
      const messages = JSON.stringify((await writer.all<{ id: number }>(gone, [firstKept.at.getTime()])).map((row) => row.id));
      await writer.run('DELETE FROM placement WHERE message_id IN (SELECT value FROM json_each(?))', [messages]);
      return writer.run('DELETE FROM message WHERE id IN (SELECT value FROM json_each(?))', [messages]);
    });
    await this.#removeInPieces((writer) =>
      writer.run(`DELETE FROM seen WHERE key IN (SELECT key FROM seen WHERE at < ? LIMIT ${PRUNE_ROWS})`, [today.getTime() - SEEN_MS]),
    );
    return removed;
  }

  async #removeInPieces(remove: (writer: Connection) => Promise<number>): Promise<number> {
    for (let total = 0; ; ) {
      let removed = 0;
      await this.queue.write({
        makesRoom: true,
        run: async (writer) => {
          removed = await remove(writer);
        },
      });
      total += removed;
      if (removed < PRUNE_ROWS) return total;
    }
  }
}
