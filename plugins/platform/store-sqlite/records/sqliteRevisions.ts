// Revisions on SQLite.
import type { Clock, Revisions, SettingsRevision } from '@postroom/sdk/services';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';

interface RevisionRow {
  readonly id: number;
  readonly at: number;
  readonly author: string;
  readonly text: string;
}

export class SqliteRevisions implements Revisions {
  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
  ) {}

  async add(author: string, text: string, after: number): Promise<number | 'conflict'> {
    let added: number | 'conflict' = 'conflict';
    await this.queue.write({
      run: async (writer) => {
        const row = await writer.get<{ id: number }>(
          `INSERT INTO settings_revision (at, author, text)
            SELECT ?, ?, ? WHERE ? = (SELECT coalesce(max(id), 0) FROM settings_revision) RETURNING id`,
          [this.clock.now().getTime(), author, text, after],
        );
        added = row?.id ?? 'conflict';
      },
    });
    return added;
  }

  async list(limit: number): Promise<readonly Omit<SettingsRevision, 'text'>[]> {
    const rows = await this.readers.all<Omit<RevisionRow, 'text'>>(
      'SELECT id, at, author FROM settings_revision ORDER BY id DESC LIMIT ?',
      [limit],
    );
    return rows.map(({ id, at, author }) => ({ id, at: new Date(at), author }));
  }

  async get(id: number): Promise<SettingsRevision | undefined> {
    return revisionOf(await this.readers.get<RevisionRow>('SELECT * FROM settings_revision WHERE id = ?', [id]));
  }

  async latest(): Promise<SettingsRevision | undefined> {
    return revisionOf(await this.readers.get<RevisionRow>('SELECT * FROM settings_revision ORDER BY id DESC LIMIT 1'));
  }
}

function revisionOf(row: RevisionRow | undefined): SettingsRevision | undefined {
  return row && { ...row, at: new Date(row.at) };
}
