// The whole server on a data folder of its own, with mail in it: for what only the real store can show.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sqlite3 from 'sqlite3';
import type { RawClient } from './rawClient.js';

/** `POSTROOM_CORPUS`: a folder of real messages, read where it exists. */
const CORPUS = process.env.POSTROOM_CORPUS ?? path.join(process.cwd(), '..', 'shared', 'corpus');
const MOST_OCTETS = 1024 * 1024;

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

/** Every `step`-th message of the corpus; none where there is no corpus. */
export function corpusMessages(step: number): readonly Buffer[] {
  const names = listed(CORPUS).filter((name) => !/\.(?:tsv|md)$/.test(name) && statSync(name).size < MOST_OCTETS);
  return names.filter((_, index) => index % step === 0).map((name) => readFileSync(name));
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
