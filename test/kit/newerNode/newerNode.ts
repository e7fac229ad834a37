// A server on the newer Node.js that `bash test/kit/newerNode/install` puts beside this file: what the Node.js of the tests may be too old for.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { callRunningServer } from '#plugins/platform/cli/dist/control/controlClient.js';
import { ROOT } from '../sourceFiles.js';

const INSTALLED = path.join(ROOT, 'test/kit/newerNode/installed/node_modules/node/bin/node');
const PROGRAM = path.join(ROOT, 'core/bin/postroom.mjs');

/** Skips the suite where no newer Node.js is installed, and says how to have one. For `before`. */
export function needsNewerNode(context: Mocha.Context): void {
  if (existsSync(INSTALLED)) return;
  process.stderr.write('Skipped: it needs a newer Node.js. `bash test/kit/newerNode/install` installs one beside the tests.\n');
  context.skip();
}

/** Runs a built file to its end; answers the lines that it prints. */
export async function runOnNewerNode(file: URL): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(INSTALLED, [fileURLToPath(file)]);
  return stdout.trim().split('\n');
}

export class NewerServer {
  /** Lines of its log. */
  readonly log: string[] = [];
  readonly #ended: Promise<unknown>;

  private constructor(
    private readonly dataDir: string,
    private readonly child: ChildProcess,
  ) {
    this.#ended = once(child, 'close');
  }

  /** `postroom serve` on a data folder. Resolves when its ports are open. */
  static async serve(dataDir: string): Promise<NewerServer> {
    const child = spawn(INSTALLED, [PROGRAM, 'serve', '--json', '--data', dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new NewerServer(dataDir, child);
    const ready = new Promise<void>((resolve) => {
      const hear = (line: string): void => {
        server.log.push(line);
        if (line.startsWith('{"event":"ready"')) resolve();
      };
      for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream as Readable }).on('line', hear);
    });
    const failed = server.#ended.then(() => {
      throw new Error(`It does not serve:\n${server.log.join('\n')}`);
    });
    await Promise.race([ready, failed]);
    failed.catch(() => undefined);
    return server;
  }

  /** Runs a command in it, as the command line does. */
  async run<Result>(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<Result> {
    const answer = await callRunningServer(this.dataDir, { command, args, author: 'test' }, () => undefined);
    if (answer === undefined) throw new Error(`It does not run any more:\n${this.log.slice(-20).join('\n')}`);
    return answer.result as Result;
  }

  /** As a supervisor ends it; answers the exit code. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    await this.#ended;
    return this.child.exitCode;
  }
}
