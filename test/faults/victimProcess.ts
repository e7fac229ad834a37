// The parent's side of a server that may die at any moment.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KillPoint } from './killPoints.js';
import type { Order, Word } from './victim.js';

const PROGRAM = fileURLToPath(new URL('./victim.js', import.meta.url));
const PATIENCE_MS = 60_000;

export class VictimDied extends Error {}

export interface VictimOptions {
  /** Default: victim.js beside this file. */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node. */
  readonly execArgv?: readonly string[];
}

export class VictimProcess {
  pop3Port = 0;
  smtpPort = 0;
  log = '';
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  #alive = true;
  #calls = 0;
  readonly #waiting = new Set<{
    readonly fits: (word: Word) => boolean;
    readonly resolve: (word: Word) => void;
    readonly reject: (error: Error) => void;
  }>();
  readonly #loaded: Promise<Word>;

  private constructor(private readonly child: ChildProcess) {
    this.#loaded = this.#word((word) => word.word === 'loaded');
    this.#loaded.catch(() => undefined);
    child.on('message', (word: Word) => {
      for (const waiting of [...this.#waiting]) if (waiting.fits(word)) waiting.resolve(word);
    });
    child.stderr?.on('data', (piece: Buffer) => {
      this.log = (this.log + String(piece)).slice(-20_000);
    });
    this.ended = once(child, 'exit').then(() => {
      this.#alive = false;
      for (const { reject } of [...this.#waiting]) reject(new VictimDied('The victim has ended.'));
    });
  }

  /** Loads the program; a data folder is opened later, so that the next victim can get ready beside the present one. */
  static spawn({ program = PROGRAM, env = {}, execArgv = [] }: VictimOptions = {}): VictimProcess {
    return new VictimProcess(
      fork(program, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: { ...process.env, ...env }, execArgv: [...execArgv] }),
    );
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Rejects with VictimDied where it was killed on the way, and with the sentence where the folder was refused. */
  async open(dataDir: string, armed?: KillPoint): Promise<void> {
    await this.#loaded;
    const answer = this.#word((word) => word.word === 'ready' || word.word === 'refused');
    this.#say({ order: 'open', dataDir, ...(armed !== undefined && { armed }) });
    const word = await answer;
    if (word.word === 'refused') throw new Error(word.problem);
    if (word.word === 'ready') {
      this.pop3Port = word.pop3;
      this.smtpPort = word.smtp;
    }
  }

  arm(armed: KillPoint | undefined): void {
    this.#say({ order: 'arm', ...(armed !== undefined && { armed }) });
  }

  async run<T>(command: string, args: unknown = {}): Promise<T> {
    this.#calls += 1;
    const id = this.#calls;
    const answer = this.#word((word) => word.word === 'answer' && word.id === id);
    this.#say({ order: 'run', id, command, args });
    const word = await answer;
    if (word.word === 'answer' && word.problem !== undefined) throw new Error(word.problem);
    return (word.word === 'answer' ? word.result : undefined) as T;
  }

  async memory(): Promise<{ readonly rss: number; readonly resources: readonly string[] }> {
    const answer = this.#word((word) => word.word === 'memory');
    this.#say({ order: 'memory' });
    const word = await answer;
    if (word.word !== 'memory') throw new Error('Another word was expected.');
    return word;
  }

  /** A clean end, for a change. */
  async close(): Promise<void> {
    this.#say({ order: 'close' });
    await this.ended;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  #say(order: Order): void {
    if (this.#alive && this.child.connected) this.child.send(order, () => undefined);
  }

  #word(fits: (word: Word) => boolean): Promise<Word> {
    if (!this.#alive) return Promise.reject(new VictimDied('The victim has ended.'));
    return new Promise<Word>((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new Error(`The victim said nothing for ${PATIENCE_MS / 1000} s.\n${this.log}`))),
        PATIENCE_MS,
      );
      const waiting = {
        fits,
        resolve: (word: Word): void => settle(() => resolve(word)),
        reject: (error: Error): void => settle(() => reject(error)),
      };
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        then();
      };
      this.#waiting.add(waiting);
    });
  }
}
