// The whole server on a data folder of its own, with mail in it: for what only the real store can show.
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sqlite3 from 'sqlite3';
import type { RawClient } from './rawClient.js';

/** `POSTROOM_CORPUS`: a folder of real messages, read where it exists. */
const CORPUS = process.env.POSTROOM_CORPUS ?? path.join(process.cwd(), '..', 'shared', 'corpus');

/** RETR commands on the line together. */
const AT_ONCE = 40;

/** What is kept of a message that an ISP sends: whole lines, as POP3 ends them, and every line end as CRLF (RFC 5321 section 2.3.8). */
export function crlf(octets: Buffer): string {
  const text = octets.toString('latin1');
  return (text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`).replaceAll(/\r\n|\r|\n/g, '\r\n');
}

/** Messages that have broken servers. */
export function hostileMessages(): readonly Buffer[] {
  const header = 'From: a@out.example\r\nSubject: hostile\r\n';
  const bodies = [
    'hello\n.\r\n+OK forged reply\r\n',
    'hello\r.\r+OK forged\r\n',
    '\n.\n',
    '\r.\r',
    '\r\n.\n\r.\r\n',
    '.',
    '..',
    '.\r\n..\r\n...\r\n',
    'no line end',
    'ends with CR\r',
    'ends with LF\n',
    '\r\r\n\n\r',
    'nul \0 nul\r\n',
    `${'x'.repeat(70_000)}\r\n.${'y'.repeat(5_000)}`,
    `${'.dots\n'.repeat(30_000)}`,
    'gr\xfc\xdfe \xff\xfe\r\n',
    `${'z'.repeat(262_143)}\r\n.${'z'.repeat(262_140)}\n.\r\n`,
    '',
  ];
  const whole = bodies.map((body) => Buffer.from(`${header}\r\n${body}`, 'latin1'));
  const odd = ['', 'no header at all\n', 'X: 1\nY: 2\n', '\n\nbody first\n', '.\r\n', `${'H: v\n'.repeat(20_000)}\nbody\n`];
  return [...whole, ...odd.map((text) => Buffer.from(text, 'latin1'))];
}

/** Every message of the corpus; none where there is no corpus. */
export function corpusMessages(): readonly Buffer[] {
  return listed(CORPUS)
    .filter((name) => !/\.(?:tsv|md)$/.test(name))
    .map((name) => readFileSync(name));
}

function listed(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}

/** The numbers and second words of LIST or UIDL. */
export async function listing(client: RawClient, command: 'LIST' | 'UIDL'): Promise<ReadonlyMap<number, string>> {
  const lines = (await client.askMultiline(command)).split('\r\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [Number(line.split(' ')[0]), line.split(' ')[1] ?? '']));
}

/** Picks up messages, many asked for at a time, each as it came over the wire without the final dot. */
export async function* retrieved(
  client: RawClient,
  numbers: readonly number[],
): AsyncGenerator<{ readonly number: number; readonly wire: string }> {
  for (let done = 0; done < numbers.length; done += AT_ONCE) {
    const asked = numbers.slice(done, done + AT_ONCE);
    client.send(asked.map((number) => `RETR ${number}\r\n`).join(''));
    for (const number of asked) {
      const answer = await client.line();
      if (!answer.startsWith('+OK')) throw new Error(`RETR ${number}: ${answer}`);
      yield { number, wire: await client.multiline() };
    }
  }
}

/** What may be the message as the ISP sent it: the copy without the lines on top of it, and without the empty line that follows them where it has no header. */
export function withoutOurLines(copy: string): readonly string[] {
  const ours = /^Received: .*\r\n(?:[ \t].*\r\n)*/.exec(copy)?.[0].length;
  return ours === undefined || !copy.slice(0, ours).includes('(Postroom)') ? [] : [copy.slice(ours), copy.slice(ours + 2)];
}

/** Runs SQL on the database of a data folder whose server is closed. */
export function onDatabase(dataDir: string, sql: string): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path.join(dataDir, 'postroom.db'));
    database.all(sql, (error, rows) => database.close(() => (error === null ? resolve(rows) : reject(error))));
  });
}

/** Runs SQL on what a power cut at this moment would leave of the database. */
export async function afterPowerCut(dataDir: string, sql: string): Promise<readonly unknown[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postroom-cut-'));
  try {
    for (const file of ['postroom.db', 'postroom.db-wal']) await copyFile(path.join(dataDir, file), path.join(folder, file));
    return await onDatabase(folder, sql);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
