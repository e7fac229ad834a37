// One server of the demo in a process of its own, as `postroom serve` starts it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type DemoFolder, hasEnded } from './demoFolder.js';

interface OpenPort {
  readonly host: string;
  readonly port: number;
}

/** The line that `serve --json` prints. */
interface Ready {
  readonly pop3: readonly OpenPort[];
  readonly smtp: readonly OpenPort[];
  readonly admin?: string;
  readonly problems: readonly string[];
}

export class DemoServer {
  private constructor(
    readonly name: string,
    readonly dataDir: string,
    private readonly child: ChildProcess,
    private readonly ready: Ready,
  ) {}

  /** Resolves when its ports are open; rejects with what it said. */
  static async start(name: string, dataDir: string, folder: DemoFolder): Promise<DemoServer> {
    const logFile = path.join(folder.path, `${name}.log`);
    const log = await open(logFile, 'a');
    const args = [process.argv[1] ?? '', 'serve', '--json', '--data', dataDir];
    const child = folder.start('KILL', () => spawn(process.execPath, args, { stdio: ['ignore', 'pipe', log.fd], detached: true }));
    await once(child, 'spawn');
    await log.close();
    const ended = once(child, 'close').then(() => undefined);
    const line = await Promise.race([once(createInterface({ input: child.stdout as Readable }), 'line'), ended]);
    if (line === undefined) throw new Error(`The server ${name} does not start: ${(await readFile(logFile, 'utf8')).trim()}`);
    const ready = JSON.parse(String(line[0])) as Ready;
    if (ready.problems.length > 0) throw new Error(`The server ${name} is not ready: ${ready.problems.join(' ')}`);
    return new DemoServer(name, dataDir, child, ready);
  }

  get pop3(): OpenPort {
    return first(this.ready.pop3);
  }

  get smtp(): OpenPort {
    return first(this.ready.smtp);
  }

  get manager(): string | undefined {
    return this.ready.admin;
  }

  /** kill -9: it gets no chance to tidy up. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (hasEnded(this.child)) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}

function first([port]: readonly OpenPort[]): OpenPort {
  if (port === undefined) throw new Error('The server opened no port.');
  return port;
}
