// clamd as it comes from Debian, with one signature of our own: nothing is fetched from anywhere.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts, startDaemon, stopDaemon } from './daemon.js';

/** What the signature finds, in a message. */
export const VIRUS = 'POSTROOM-TEST-VIRUS-2026';

export function hasClamd(): boolean {
  return spawnSync('clamd', ['--version'], { stdio: 'ignore' }).status === 0;
}

export class Clamd {
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly file: string,
  ) {}

  static async start(work: string): Promise<Clamd> {
    const folder = path.join(work, 'clamd');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'own.ndb'), `Postroom.Test:0:*:${Buffer.from(VIRUS).toString('hex')}\n`);
    const [port = 0] = await freePorts(1);
    const file = path.join(folder, 'clamd.conf');
    const lines = [
      `DatabaseDirectory ${folder}`,
      'TCPAddr 127.0.0.1',
      `TCPSocket ${port}`,
      'Foreground yes',
      'StreamMaxLength 2M',
      'MaxThreads 4',
      `TemporaryDirectory ${folder}`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const clamd = new Clamd(port, file);
    await clamd.begin();
    return clamd;
  }

  /** On the same port. */
  async begin(): Promise<void> {
    this.#child = await startDaemon('clamd', ['--config-file', this.file], this.port);
  }

  /** Halts it where it stands: it takes connections, and says nothing. */
  halt(): void {
    this.#child?.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await stopDaemon(this.#child);
    this.#child = undefined;
  }
}
