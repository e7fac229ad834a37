// The folder of a demo with processes of its own: whatever becomes of this process, kill -9 included, they end and the folder goes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Reads until this process is gone, or says that it is done. What it started is in a file each: the signal that ends it at once, and its number. */
const CLEANER = `
trap '' INT TERM HUP
while read -r line; do :; done
for file in "$1"/processes/*; do
  [ -f "$file" ] || continue
  read -r signal pid < "$file"
  kill -s "$signal" "$pid" || continue
  i=0
  while kill -0 "$pid" && [ "$i" -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
  kill -s KILL "$pid"
done
rm -rf "$1"
`;

export class DemoFolder {
  readonly #leaving = new AbortController();

  private constructor(
    readonly path: string,
    private readonly cleaner: ChildProcess,
  ) {}

  static async make(): Promise<DemoFolder> {
    const folder = await mkdtemp(path.join(await realpath(os.tmpdir()), 'postroom-demo-'));
    // PostgreSQL may run as somebody else, who has to get to its own folder.
    await chmod(folder, 0o711);
    await mkdir(path.join(folder, 'processes'), { mode: 0o700 });
    const cleaner = spawn('/bin/sh', ['-c', CLEANER, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
    cleaner.stdin?.on('error', () => undefined);
    return new DemoFolder(folder, cleaner);
  }

  /** Aborted when it is about to go: nothing is to begin in it any more. */
  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  /**
   * Starts a process that ends with the folder, at the latest. It is on the list in the same turn: none can begin between a look at the list and the end. `signal`: what
   * ends it at once, and leaves nothing of it. Throws where the folder is about to go.
   */
  start(signal: 'KILL' | 'QUIT' | 'TERM', start: () => ChildProcess): ChildProcess {
    this.leaving.throwIfAborted();
    const child = start();
    if (child.pid === undefined) return child;
    const file = path.join(this.path, 'processes', String(child.pid));
    writeFileSync(file, `${signal} ${child.pid}\n`);
    // Its number may be another program's later on.
    child.once('exit', () => void rm(file, { force: true }));
    return child;
  }

  /** Ends what still runs, and removes the folder. `work`: of this process in it; what that writes until it notices goes as well. */
  async remove(work: Promise<unknown>): Promise<void> {
    this.#leaving.abort();
    const ended = once(this.cleaner, 'exit');
    this.cleaner.stdin?.end();
    await ended;
    await work.catch(() => undefined);
    await rm(this.path, { recursive: true, force: true });
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
