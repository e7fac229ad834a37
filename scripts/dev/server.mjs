// The server under development, and the next one's process beside it, which has loaded the packages already and waits for its turn.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readySentence } from './words.mjs';

const PROCESS = fileURLToPath(new URL('serverProcess.mjs', import.meta.url));

export class DevServer {
  #root;
  #dataDir;
  #options;
  #next;
  #running;
  #turn = Promise.resolve();
  #ended = false;

  /** `options.line`: a line that the server wrote. `options.ended`: it ended without being asked to. `options.inspect`: a debugger may attach. */
  constructor(root, dataDir, options) {
    this.#root = root;
    this.#dataDir = dataDir;
    this.#options = options;
    this.#next = this.#prepare();
  }

  /** Resolves with a sentence when the new server is up, with `undefined` when it did not come up or another restart is to follow. */
  restart() {
    const turn = this.#turn.then(() => this.#exchange());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async dispose() {
    this.#ended = true;
    this.#next.kill();
    await this.#stop();
  }

  async #exchange() {
    if (this.#ended) return undefined;
    await this.#stop();
    if (this.#ended) return undefined;
    const child = this.#next;
    this.#running = child;
    const ready = this.#readyLine(child);
    child.on('exit', (code, signal) => {
      if (this.#running !== child) return;
      this.#running = undefined;
      this.#options.ended(signal ?? `exit code ${code}`);
    });
    const args = ['serve', '--data', this.#dataDir, '--json'];
    child.send({ program: path.join(this.#root, 'core', 'bin', 'postroom.mjs'), args, inspect: this.#options.inspect === true });
    const event = await ready;
    // Not earlier: both would load at the same time.
    if (!this.#ended) this.#next = this.#prepare();
    return event === undefined ? undefined : readySentence(event);
  }

  async #stop() {
    const child = this.#running;
    this.#running = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }

  #prepare() {
    return fork(PROCESS, [path.join(this.#root, 'package.json')], { cwd: this.#root, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  }

  /** What it prints when it is up; `undefined` where it ends before. Every other line is handed on. */
  #readyLine(child) {
    createInterface({ input: child.stderr }).on('line', this.#options.line);
    return new Promise((resolve) => {
      child.once('exit', () => resolve(undefined));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('{"event":"ready"')) resolve(JSON.parse(line));
        else this.#options.line(line);
      });
    });
  }
}
