// The highest numbers that a database ever gave: AUTOINCREMENT's, and the tokens'.
import type { NumbersRecord } from '@postroom/sdk/services';
import type { Connection } from '../engine/connection.js';

type Numbers = Omit<NumbersRecord, 'kind'>;

const TABLES = {
  mailbox: 'mailbox',
  message: 'message',
  copy: 'placement',
  entry: 'outbox',
  log: 'activity',
  revision: 'settings_revision',
} as const satisfies Record<Exclude<keyof Numbers, 'token'>, string>;

export async function readNumbers(reads: Connection): Promise<Numbers> {
  const rows = await reads.all<{ name: string; seq: number }>('SELECT name, seq FROM sqlite_sequence');
  const given = new Map(rows.map(({ name, seq }) => [name, seq]));
  const of = (what: keyof typeof TABLES): number => given.get(TABLES[what]) ?? 0;
  const token = (await reads.get<{ token: number }>('SELECT token FROM commits'))?.token ?? 0;
  return {
    mailbox: of('mailbox'),
    message: of('message'),
    copy: of('copy'),
    entry: of('entry'),
    log: of('log'),
    revision: of('revision'),
    token,
  };
}

/** In a transaction, after the rows. */
export async function writeNumbers(writer: Connection, numbers: Numbers): Promise<void> {
  for (const [what, table] of Object.entries(TABLES) as [keyof typeof TABLES, string][]) {
    await writer.run('DELETE FROM sqlite_sequence WHERE name = ?', [table]);
    await writer.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', [table, numbers[what]]);
  }
  await writer.run('UPDATE commits SET token = ?', [numbers.token]);
}
