// PostgreSQL's programs on this machine, and who may run them.
import { execFile, type PromiseWithChild } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DemoFolder } from './demoFolder.js';

const OLDEST_VERSION = 15;
/** Where packages put them beside PATH, a folder for each version: Debian and Ubuntu; PostgreSQL's own packages for Fedora and its like. */
const PACKAGED = [
  { parent: '/usr/lib/postgresql', prefix: '' },
  { parent: '/usr', prefix: 'pgsql-' },
];
const HOW_TO_INSTALL = [
  `It needs PostgreSQL ${OLDEST_VERSION} or newer on this machine (Debian and Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server),`,
  'and starts one of its own, beside any that runs. POSTROOM_POSTGRES_BIN names the folder of its programs where they lie elsewhere.',
].join(' ');

/** Who runs them; nothing where this process may do it itself. */
export interface PostgresAccount {
  readonly uid?: number;
  readonly gid?: number;
}

export interface PostgresPrograms {
  /** As `15.8`. */
  readonly version: string;
  readonly account: PostgresAccount;
  path(program: string): string;
  /** Runs one to its end. Rejects with what it said. In the folder of the demo, where one is given. */
  run(program: string, args: readonly string[], within?: DemoFolder): Promise<string>;
}

/** Answers a sentence where there are none that will do. */
export async function postgresPrograms(): Promise<PostgresPrograms | string> {
  const folder = folders().find((each) => ['initdb', 'postgres', 'pg_isready'].every((program) => existsSync(path.join(each, program))));
  if (folder === undefined) return `PostgreSQL was not found. ${HOW_TO_INSTALL}`;
  const account = postgresAccount();
  if (account === undefined)
    return 'PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it as. Run the demo as another user.';
  const run: PostgresPrograms['run'] = async (program, args, within) => {
    const running = (): PromiseWithChild<{ stdout: string }> =>
      promisify(execFile)(path.join(folder, program), [...args], { ...account, env: programEnvironment(), cwd: '/' });
    if (within === undefined) return (await running()).stdout;
    let answer: PromiseWithChild<{ stdout: string }> | undefined;
    within.start('TERM', () => {
      answer = running();
      return answer.child;
    });
    return (await answer)?.stdout ?? '';
  };
  const version = /(\d+(?:\.\d+)?)/.exec(await run('postgres', ['--version']))?.[1] ?? '0';
  if (Number.parseInt(version, 10) < OLDEST_VERSION) return `The PostgreSQL in ${folder} is version ${version}. ${HOW_TO_INSTALL}`;
  return { version, account, run, path: (program) => path.join(folder, program) };
}

/** Without the clusters that this machine has anyway. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8' };
}

function folders(): readonly string[] {
  const named = process.env['POSTROOM_POSTGRES_BIN'] ?? '';
  if (named !== '') return [named];
  const packaged = PACKAGED.flatMap(({ parent, prefix }) =>
    (existsSync(parent) ? readdirSync(parent) : [])
      .flatMap((name) => (name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)) ? [Number(name.slice(prefix.length))] : []))
      .sort((one, other) => other - one)
      .map((version) => path.join(parent, `${prefix}${version}`, 'bin')),
  );
  return [...packaged, ...(process.env['PATH'] ?? '').split(path.delimiter).filter((each) => each !== '')];
}

/** PostgreSQL refuses to run as root. */
function postgresAccount(): PostgresAccount | undefined {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] = ['postgres', 'nobody'].flatMap((name) => accounts.filter(([each]) => each === name))[0] ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
