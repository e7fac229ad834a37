// Postroom as a process of its own, as an administrator runs it: `postroom serve` on a data folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { callRunningServer } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { PASSWORD, quickPasswords } from '../kit/quickPasswords.js';
import { devicePort } from './device.js';
import { cpuOfTree } from './measure.js';
import { placed } from './placement.js';

/** Folder for profiles of the server's processor time (--cpu-prof), '' for none. */
const PROFILES = process.env.POSTROOM_BENCH_PROFILES ?? '';
const PROGRAM = fileURLToPath(new URL('../../../core/bin/postroom.mjs', import.meta.url));

interface Ready {
  readonly pop3: readonly { readonly port: number }[];
  readonly smtp: readonly { readonly port: number }[];
  readonly admin?: string;
  readonly problems: readonly string[];
}

export interface OurOptions {
  readonly users?: number;
  readonly accounts?: number;
  /** Properties of every account. */
  readonly account?: Readonly<Record<string, unknown>>;
  /** Properties of one of them. */
  readonly each?: (id: string) => Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export const USER_PASSWORD = PASSWORD;

/** User names of an account: each name once on the server. */
export const userNames = (count: number, account = 0): readonly string[] =>
  Array.from({ length: count }, (_, number) => (account === 0 ? `user${number}` : `user${number}-${account}`));

/** Every mailbox as `account/user`. */
export const mailboxNames = (accounts: number, users: number): readonly string[] =>
  accountNames(accounts).flatMap((id, account) => userNames(users, account).map((name) => `${id}/${name}`));

/** Account 0 is `works`, with the domain works.example; the others are `works1` ... */
export const accountNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, number) => (number === 0 ? 'works' : `works${number}`));

/** Writes settings.json and secrets.json; durability is not a setting. */
export async function makeDataFolder(
  dataDir: string,
  { users = 64, accounts = 1, account = {}, each = () => ({}), settings = {} }: OurOptions,
): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const listen = [{ host: '127.0.0.1', port: 0, security: 'plain' }];
  const document = {
    'plugins.enabled': ['postroom.licensing-pro'],
    'licensing.device.address': '127.0.0.1',
    'licensing.device.port': await devicePort(),
    'timer.everyMinutes': 0,
    'timer.outboxCount': 0,
    'log.level': 'warn',
    'pop3.listen': listen,
    'smtp.listen': listen,
    'admin-ui.listen': listen,
    ...settings,
    accounts: Object.fromEntries(
      accountNames(accounts).map((id, number) => [
        id,
        {
          kind: 'domain',
          address: `post@${id}.example`,
          users: Object.fromEntries(userNames(users, number).map((name) => [name, {}])),
          ...account,
          ...each(id),
        },
      ]),
    ),
  };
  await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(document, undefined, 2));
  await writeFile(path.join(dataDir, 'secrets.json'), quickPasswords(['admin1', ...mailboxNames(accounts, users)]), { mode: 0o600 });
}

export class OurServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly dataDir: string,
    private readonly ready: Ready,
    /** Milliseconds from the start of the process to its readiness. */
    readonly startMs: number,
    /** Milliseconds of processor time that it took. */
    readonly startCpuMs: number,
  ) {}

  /** `environment`: besides this process's own. `where`: words before the command. */
  static async start(
    dataDir: string,
    environment: Readonly<Record<string, string>> = {},
    where: readonly string[] = [],
  ): Promise<OurServer> {
    const began = performance.now();
    const profiling = PROFILES === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`];
    const [command, args] = placed(where, process.execPath, [...profiling, PROGRAM, 'serve', '--data', dataDir, '--json']);
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [undefined])])) as [string | undefined];
    if (line === undefined) throw new Error(`postroom serve ended before it was ready (exit code ${child.exitCode}).`);
    const startMs = performance.now() - began;
    const ready = JSON.parse(line) as Ready;
    const server = new OurServer(child, dataDir, ready, startMs, cpuOfTree(child.pid ?? 0));
    if (ready.problems.length > 0) {
      await server.stop();
      throw new Error(`postroom serve has problems: ${ready.problems.slice(0, 3).join(' ')}`);
    }
    return server;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get pop3(): number {
    return this.ready.pop3[0]?.port ?? 0;
  }

  get smtp(): number {
    return this.ready.smtp[0]?.port ?? 0;
  }

  /** Address of the manager. */
  get manager(): string {
    return this.ready.admin ?? '';
  }

  async run(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = await callRunningServer(this.dataDir, { command, args, author: 'bench' }, () => undefined);
    if (answer === undefined) throw new Error('The server does not answer.');
    return answer.result;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}
