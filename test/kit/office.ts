// Postroom itself, as an office runs it: the real command line, a process of its own, a data folder of its own.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { checkedAnswer } from './answers.js';
import { ROOT } from './sourceFiles.js';

/** For a command that should end by itself. */
const PATIENCE_MS = 60_000;
const PROGRAM = path.join(ROOT, 'core', 'bin', 'postroom.mjs');

export interface Port {
  readonly host: string;
  readonly port: number;
  readonly security: 'plain' | 'starttls' | 'tls';
}

export interface Ready {
  readonly pop3: readonly Port[];
  readonly smtp: readonly Port[];
  readonly problems: readonly string[];
  /** Address of the manager, where it has a port. */
  readonly admin?: string;
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export class Office {
  #child: ChildProcess | undefined;
  #log = '';
  ready: Ready = { pop3: [], smtp: [], problems: [] };

  private constructor(readonly dataDir: string) {}

  static async make(folder: string, settings: object): Promise<Office> {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
    return new Office(folder);
  }

  /** What the server wrote to its log. */
  get log(): string {
    return this.#log;
  }

  /** Runs `postroom ... --data` to its end; `input` goes to standard input. `uid`: as that user of the system, where we are root. */
  async run(args: readonly string[], input = '', uid?: number): Promise<Ended> {
    return new Promise((resolve) => {
      const options = { maxBuffer: 64 * 1024 * 1024, timeout: PATIENCE_MS, ...(uid !== undefined && { uid, gid: uid }) };
      const child = execFile(process.execPath, [PROGRAM, ...args, '--data', this.dataDir], options, (failure, out, error) => {
        resolve({ code: failure === null ? 0 : Number(failure.code ?? 1), out, error });
      });
      child.stdin?.end(input);
    });
  }

  /** The same; throws with what it said where it fails. */
  async command(args: readonly string[], input = ''): Promise<string> {
    const { code, out, error } = await this.run(args, input);
    if (code !== 0) throw new Error(`postroom ${args.join(' ')} ended with ${code}: ${error}`);
    return out;
  }

  /** The JSON that a command prints; throws with what it said where it fails, and where it is not what the command declares. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const answer: unknown = JSON.parse(await this.command([...args, '--json']));
    const [area = '', verb = ''] = args;
    return checkedAnswer(area, checkedAnswer(`${area}.${verb}`, answer)) as T;
  }

  /** `env` comes on top of this process's. `openFiles`: descriptors that the server may have. */
  async start(env: Readonly<Record<string, string>> = {}, openFiles?: number): Promise<void> {
    const serve = [process.execPath, PROGRAM, 'serve', '--json', '--data', this.dataDir] as const;
    const [command, ...args] = openFiles === undefined ? serve : ['sh', '-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, ...serve];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    child.stderr.on('data', (text: Buffer) => (this.#log += text.toString()));
    const ended = once(child, 'close').then(() => undefined);
    const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
    if (line === undefined) throw new Error(`postroom serve ended: ${this.#log}`);
    this.ready = JSON.parse(String(line[0])) as Ready;
  }

  /** Descriptors that the server has open; `undefined` where the system does not tell. */
  async openFiles(): Promise<number | undefined> {
    return readdir(`/proc/${this.#child?.pid}/fd`).then(
      (found) => found.length,
      () => undefined,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Resolves when the server has ended by itself. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'close');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'close');
  }

  port(protocol: 'pop3' | 'smtp', security: Port['security']): number {
    const found = this.ready[protocol].find((port) => port.security === security);
    if (found === undefined) throw new Error(`No ${protocol} port with ${security}: ${JSON.stringify(this.ready)}`);
    return found.port;
  }
}
