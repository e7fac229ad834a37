// Revisions on PostgreSQL.
import type { Revisions, SettingsRevision } from '@postroom/sdk/services';
import type { Database } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';

interface RevisionRow {
  readonly id: number;
  readonly at: number;
  readonly author: string;
  readonly text: string;
}

export class PostgresRevisions implements Revisions {
  constructor(
    private readonly database: Database,
    private readonly clock: EngineClock,
  ) {}

  /** The number says which one it comes after: of two at once, neither of which sees the other, one finds its number taken. */
  async add(author: string, text: string, after: number): Promise<number | 'conflict'> {
    const [row] = await this.database.write<{ id: number }>(
      `INSERT INTO settings_revision (id, at, author, text)
        SELECT $3::bigint + 1, ${this.clock.now}, $1, $2 WHERE $3 = (SELECT coalesce(max(id), 0) FROM settings_revision)
        ON CONFLICT (id) DO NOTHING RETURNING id`,
      [author, text, after],
    );
    return row?.id ?? 'conflict';
  }

  async list(limit: number): Promise<readonly Omit<SettingsRevision, 'text'>[]> {
    const rows = await this.database.rows<Omit<RevisionRow, 'text'>>(
      'SELECT id, at, author FROM settings_revision ORDER BY id DESC LIMIT $1',
      [limit],
    );
    return rows.map(({ id, at, author }) => ({ id, at: new Date(at), author }));
  }

  async get(id: number): Promise<SettingsRevision | undefined> {
    return revisionOf(await this.database.rows<RevisionRow>('SELECT id, at, author, text FROM settings_revision WHERE id = $1', [id]));
  }

  async latest(): Promise<SettingsRevision | undefined> {
    return revisionOf(await this.database.rows<RevisionRow>('SELECT id, at, author, text FROM settings_revision ORDER BY id DESC LIMIT 1'));
  }
}

function revisionOf([row]: readonly RevisionRow[]): SettingsRevision | undefined {
  return row && { id: row.id, at: new Date(row.at), author: row.author, text: row.text };
}
