// One Postroom of the world, as people run it: the program itself, a process and a data folder of its own. It is killed, stopped and started again.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { callRunningServer } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { Office } from '../../kit/office.js';
import { quickPasswords } from '../../kit/quickPasswords.js';
import { bounded } from './bounded.js';

export interface ServerPlan {
  readonly folder: string;
  readonly settings: object;
  /** `properties` of boot.json. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly store: string;
  /** `account/name` of everybody who has a password. */
  readonly users: readonly string[];
  /** Of all servers on the store. */
  readonly secretKey: Buffer;
}

/** A command that is not answered in this time was asked of a server that stands still. */
const PATIENCE_MS = 15_000;
/** A start that is refused is tried again, as a supervisor would, for so long: the name may be another process's for half a minute. */
const START_MS = 90_000;
const AGAIN_MS = 250;
/** What no log may have: an error that nobody handled, or one of the language itself. */
const BUGS = /unhandled|uncaught|did not handle|"level":"fatal"|\b(?:Type|Range|Reference|Syntax)Error\b/i;

export class ServerUnderFire {
  #isUp = false;
  #isWanted = false;
  /** There is a process of it. */
  #isAlive = false;
  #starting = Promise.resolve();
  #looked = 0;
  /** Sentences about ends that nobody asked for. */
  readonly #surprises: string[] = [];

  private constructor(
    readonly name: string,
    private readonly office: Office,
  ) {}

  static async make(name: string, { folder, settings, properties, store, users, secretKey }: ServerPlan): Promise<ServerUnderFire> {
    const office = await Office.make(folder, settings);
    await writeFile(path.join(folder, 'boot.json'), JSON.stringify({ store, node: name, properties }));
    await writeFile(path.join(folder, 'secret.key'), secretKey, { mode: 0o600 });
    await writeFile(path.join(folder, 'secrets.json'), quickPasswords(users));
    return new ServerUnderFire(name, office);
  }

  /** False while it is down, or does not serve yet. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** 0 while it is not up: nobody answers there. */
  port(protocol: 'pop3' | 'smtp'): number {
    return this.#isUp ? (this.office.ready[protocol][0]?.port ?? 0) : 0;
  }

  /** Starts it, as a supervisor would: again wherever that is refused. `up` tells when it serves. */
  start(afterMs = 0): void {
    this.#isWanted = true;
    this.#starting = this.#start(afterMs);
  }

  /** Resolves when it serves. Rejects where it was started, and never does. */
  async up(): Promise<void> {
    await this.#starting;
    if (!this.#isUp) throw new Error(`Server ${this.name} did not start: ${this.office.log.slice(-2_000)}`);
  }

  /** kill -9, whatever it is at. Answers how many processes that ended. */
  async kill(): Promise<number> {
    this.#isWanted = false;
    this.#isUp = false;
    const count = this.#isAlive ? 1 : 0;
    this.office.signal('SIGKILL');
    await this.office.ended();
    await this.#starting;
    return count;
  }

  /** It stands still: not a line of its code runs until `resume`. */
  pause(): void {
    this.office.signal('SIGSTOP');
  }

  resume(): void {
    this.office.signal('SIGCONT');
  }

  /** As the command line does. Rejects where it is not up. */
  async run<T>(command: string, args: unknown = {}): Promise<T> {
    const request = { command, args, author: 'faults' };
    const answer = await bounded(
      PATIENCE_MS,
      `${command} on ${this.name}`,
      callRunningServer(this.office.dataDir, request, () => undefined),
    );
    if (answer === undefined) throw new Error(`Server ${this.name} is not up.`);
    return answer.result as T;
  }

  /** What went wrong inside, since the last look. */
  problems(): readonly string[] {
    const news = this.office.log.slice(this.#looked).split('\n');
    // The last line may be half there.
    this.#looked = this.office.log.length - (news.pop()?.length ?? 0);
    return [
      ...this.#surprises.splice(0),
      ...news.filter((line) => BUGS.test(line)).map((line) => `server ${this.name} says ${line.slice(0, 600)}`),
    ];
  }

  get log(): string {
    return this.office.log;
  }

  async #start(afterMs: number): Promise<void> {
    await wait(afterMs);
    for (const due = performance.now() + START_MS; this.#isWanted && performance.now() < due; await wait(AGAIN_MS)) {
      const starting = this.office.start();
      this.#isAlive = true;
      void this.office.ended().then(() => this.#ended());
      const isReady = await starting.then(
        () => true,
        () => false,
      );
      if (!this.#isWanted) return;
      this.#isUp = isReady && this.#isAlive;
      if (this.#isUp) return;
    }
  }

  #ended(): void {
    this.#isAlive = false;
    if (this.#isUp && this.#isWanted) this.#surprises.push(`server ${this.name} ended by itself: ${this.office.log.slice(-600)}`);
    this.#isUp = false;
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
