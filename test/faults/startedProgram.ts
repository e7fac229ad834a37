// The program as people start it: a process of its own by the command line, of which the exit code, the signal and every word count.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../core/bin/postroom.mjs', import.meta.url));

export interface Ended {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Both outputs. */
  readonly text: string;
}

/** One command, to its end. */
export async function runProgram(...args: readonly string[]): Promise<Ended> {
  return new StartedProgram(args).ended;
}

export class StartedProgram {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #ready: Promise<{ readonly pop3: number } | undefined>;
  #text = '';

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      text: this.#text,
    }));
    const ready = new Promise<{ readonly pop3: number }>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (piece: Buffer) => {
          this.#text += String(piece);
          const line = this.#text.split('\n').find((each) => each.startsWith('{"event":"ready"'));
          if (line !== undefined && this.#text.includes(`${line}\n`)) {
            resolve({ pop3: (JSON.parse(line) as { readonly pop3: readonly { readonly port: number }[] }).pop3[0]?.port ?? 0 });
          }
        });
      }
    });
    this.#ready = Promise.race([ready, this.ended.then(() => undefined)]);
  }

  static serve(dataDir: string): StartedProgram {
    return new StartedProgram(['serve', '--json', '--data', dataDir]);
  }

  /** Resolves with its port when it serves, with `undefined` where it has ended instead. */
  get ready(): Promise<{ readonly pop3: number } | undefined> {
    return this.#ready;
  }

  /** As a supervisor ends it. */
  end(): Promise<Ended> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}
