// The product's plugins with a store on PostgreSQL of a later version: that of today, and one migration more.
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../kit/sourceFiles.js';

const PLUGINS = path.join(ROOT, 'plugins');
const STORE = 'store-postgres';
/** Below the checkout, so that packages are found. */
const BUILT = fileURLToPath(new URL('.', import.meta.url));

export interface LaterVersion {
  /** For `bundledPlugins` of a server. */
  readonly plugins: string;
  remove(): Promise<void>;
}

/** Of today's schema: that of its last migration. */
export async function knownVersion(): Promise<number> {
  return (await readdir(path.join(PLUGINS, STORE, 'migrations'))).filter((name) => name.endsWith('.sql')).length;
}

/** `migration`: SQL of the next file. */
export async function laterVersion(migration: string): Promise<LaterVersion> {
  const plugins = await mkdtemp(path.join(BUILT, 'later-'));
  const others = (await readdir(PLUGINS)).filter((name) => name !== STORE);
  await Promise.all(others.map((name) => symlink(path.join(PLUGINS, name), path.join(plugins, name))));
  const store = path.join(plugins, STORE);
  await mkdir(store);
  for (const part of ['package.json', 'dist', 'migrations'])
    await cp(path.join(PLUGINS, STORE, part), path.join(store, part), { recursive: true });
  await writeFile(path.join(store, 'migrations', `${String((await knownVersion()) + 1).padStart(3, '0')}-later.sql`), migration);
  return { plugins, remove: () => rm(plugins, { recursive: true, force: true }) };
}
