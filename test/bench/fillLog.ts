// Puts log lines into a data folder directly, before its server starts.
import path from 'node:path';
import sqlite3 from 'sqlite3';

/** Lines of the last hundred days, as mail that comes in for the mailboxes writes them. The database is there: fillStore makes it. */
export async function fillLog(dataDir: string, mailboxes: readonly string[], lines: number): Promise<void> {
  const database = new sqlite3.Database(path.join(dataDir, 'postroom.db'));
  const run = (sql: string, values: readonly unknown[] = []): Promise<void> =>
    new Promise((resolve, reject) => database.run(sql, values, (error) => (error === null ? resolve() : reject(error))));
  try {
    await run('CREATE TEMP TABLE filled (number INTEGER PRIMARY KEY, account TEXT, user TEXT)');
    for (const [number, name] of mailboxes.entries()) await run('INSERT INTO filled VALUES (?, ?, ?)', [number, ...name.split('/')]);
    await run(
      `WITH RECURSIVE line(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM line WHERE number < ?),
         timed AS (SELECT number, ? - (? - number) * (100 * 86400000 / ?) AS at FROM line)
       INSERT INTO activity (at, day, kind, account, user, message, text, details)
       SELECT at, date(at / 1000, 'unixepoch', 'localtime'), 'accepted', account, user, timed.number,
         'Message ' || timed.number || ' from ruth@customer.example for ' || user || '@' || account, '{}'
       FROM timed JOIN filled ON filled.number = timed.number % ?`,
      [lines, Date.now(), lines, lines, mailboxes.length],
    );
  } finally {
    await new Promise((resolve) => database.close(resolve));
  }
}
