// Runs PostgreSQL's programs.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { PostgresAccount } from './account.js';
import { postgresBinaries } from './binaries.js';

/** With these a program says the same everywhere, and hears nothing of the clusters that this machine has anyway. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}

export function programPath(program: string): string {
  const folder = postgresBinaries();
  if (folder === undefined) throw new Error(`PostgreSQL's program ${program} is not on this machine.`);
  return path.join(folder, program);
}

/** Rejects with what it said where it failed. */
export async function runProgram(program: string, args: readonly string[], account: PostgresAccount): Promise<string> {
  const { stdout } = await promisify(execFile)(programPath(program), [...args], { ...account, env: programEnvironment(), cwd: '/' });
  return stdout;
}
