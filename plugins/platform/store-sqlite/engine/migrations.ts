// Brings a database up to date: numbered SQL files, each in one transaction with its number.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { packageFolder } from '@postroom/sdk/base';
import type { Connection } from './connection.js';

/** The SQL files stay where the sources are. */
const FOLDER = path.join(packageFolder(import.meta.url), 'migrations');

export async function latestVersion(): Promise<number> {
  return (await migrationFiles()).at(-1)?.version ?? 0;
}

export async function versionOf(connection: Connection): Promise<number> {
  return (await connection.get<{ user_version: number }>('PRAGMA user_version'))?.user_version ?? 0;
}

/** Applies what is missing. A kill in between leaves the version before, whole. */
export async function migrate(writer: Connection): Promise<void> {
  const version = await versionOf(writer);
  for (const file of await migrationFiles()) {
    if (file.version <= version) continue;
    const sql = await readFile(path.join(FOLDER, file.name), 'utf8');
    try {
      await writer.exec(`BEGIN IMMEDIATE;\n${sql}\nPRAGMA user_version = ${file.version};\nCOMMIT;`);
    } catch (error) {
      await writer.exec('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

async function migrationFiles(): Promise<{ readonly name: string; readonly version: number }[]> {
  return (await readdir(FOLDER))
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .map((name) => ({ name, version: Number(name.slice(0, 3)) }))
    .sort((a, b) => a.version - b.version);
}
