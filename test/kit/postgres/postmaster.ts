// One server process of PostgreSQL on a data folder: started, stopped, killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PostgresAccount } from './account.js';
import { programEnvironment, programPath } from './program.js';
import { clientOf } from './query.js';

/** Another program may take a port in the moment in which it is free. */
const TRIES = 5;
const LOOK_EVERY_MS = 20;

export class Postmaster {
  #port = 0;
  #child: ChildProcess | undefined;

  constructor(
    readonly data: string,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly account: PostgresAccount,
  ) {}

  get port(): number {
    return this.#port;
  }

  /** Resolves when connections are taken. After a crash that is when it has recovered. */
  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const isFirst = this.#port === 0;
      if (isFirst) this.#port = await freePort();
      const problem = await this.#try();
      if (problem === undefined) return;
      if (isFirst) this.#port = 0;
      if (tries === TRIES) throw new Error(`PostgreSQL does not start: ${problem}`);
    }
  }

  async #try(): Promise<string | undefined> {
    const log = await open(`${this.data}.log`, 'a');
    const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: path.dirname(this.data), ...this.settings };
    const child = spawn(
      programPath('postgres'),
      ['-D', this.data, '-p', String(this.#port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...this.account, stdio: ['ignore', log.fd, log.fd], detached: true, env: programEnvironment(), cwd: '/' },
    );
    const isUp = (): Promise<boolean> =>
      clientOf({ port: this.#port, user: 'postgres', database: 'postgres' }, () => Promise.resolve(true)).catch(() => false);
    try {
      while (hasEnded(child) === false) {
        if (await isUp()) {
          this.#child = child;
          // It keeps no process of tests.
          child.unref();
          return undefined;
        }
        await wait(LOOK_EVERY_MS);
      }
      return (await readFile(`${this.data}.log`, 'utf8')).trim().split('\n').slice(-5).join('\n');
    } finally {
      await log.close();
    }
  }

  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await this.#end((child) => child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT'));
  }

  /** Of every process that it has: each would go on for a moment, and see that it is alone. */
  async kill(): Promise<void> {
    await this.#end((child) => {
      // Stopped, it starts no more of them.
      child.kill('SIGSTOP');
      for (const pid of [...childrenOf(child.pid), child.pid]) if (pid !== undefined) kill(pid);
    });
  }

  async #end(work: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    child.ref();
    const ended = once(child, 'exit');
    const others = childrenOf(child.pid);
    work(child);
    await ended;
    this.#child = undefined;
    while (others.some(isRunning)) await wait(LOOK_EVERY_MS);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** State and parent of a process, as Linux tells them; elsewhere nothing. */
function statOf(pid: number | string): { readonly state: string; readonly parent: number } | undefined {
  try {
    const [state = '', parent = ''] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '').split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function childrenOf(parent: number | undefined): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && statOf(name)?.parent === parent)
      .map(Number);
  } catch {
    return [];
  }
}

/** What nobody waited for after its end is still listed, as a zombie. */
function isRunning(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself.
  }
}
