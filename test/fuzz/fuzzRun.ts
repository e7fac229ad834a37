// Plays inputs against one target: kept ones, then bent ones for as long as there is time, and makes small what fails.
import { createHash } from 'node:crypto';
import { Randomness } from '../plugins/fuzz/randomness.js';
import { CoverageGuide } from './coverage.js';
import { minimised } from './minimised.js';
import { Mutator } from './mutator.js';
import { corpusSeeds, keptSeeds } from './seeds.js';
import { BrokenRule, type FuzzTarget } from './target.js';

/** Milliseconds of processor time for each KB of an input: far more than linear work takes, far less than quadratic work. */
const MS_PER_KB = 1.5;
const BASE_MS = 25;
/** Inputs between two looks at what was reached. */
const A_LOOK = 12;
const MOST_FAILURES = 5;
/** Octets of heap that a target may grow by over a run. */
const GROWTH = 32 * 2 ** 20;

export interface Failure {
  readonly input: Buffer;
  readonly reason: string;
}

export interface FuzzReport {
  readonly target: string;
  readonly inputs: number;
  /** Parts of the product that were reached; 0 without a guide. */
  readonly behaviours: number;
  readonly slowest: { readonly ms: number; readonly octets: number };
  readonly failures: readonly Failure[];
}

export interface FuzzOptions {
  /** Milliseconds for bent inputs. */
  readonly ms: number;
  /** Inputs after which it ends, however much time is left. */
  readonly most?: number;
  readonly seed: number;
  /** Goes on from inputs that reach something new. */
  readonly guided: boolean;
  /** Also begins with real mail, where there is some. */
  readonly corpus: boolean;
  /** Kinds of failures after which it ends. Default 5. */
  readonly mostFailures?: number;
  /** Told of each input before it is played, for those that never end. */
  readonly begins?: (input: Buffer) => void;
}

/** What breaks when the target gets this input; `undefined` where every rule holds. */
export async function breaks(target: FuzzTarget, input: Buffer): Promise<string | undefined> {
  try {
    await target.run(Buffer.from(input), randomnessOf(input));
    return undefined;
  } catch (error) {
    if (error instanceof BrokenRule) return error.message;
    return error instanceof Error
      ? `It throws: ${error.stack?.split('\n').slice(0, 3).join(' ') ?? error.message}`
      : `It throws: ${String(error)}`;
  }
}

export class FuzzRun {
  readonly #target: FuzzTarget;
  readonly #options: FuzzOptions;
  readonly #failures = new Map<string, Failure>();
  readonly #pool: Buffer[] = [];
  #inputs = 0;
  #slowest = { ms: 0, octets: 0 };

  constructor(target: FuzzTarget, options: FuzzOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Plays the kept inputs alone. */
  async kept(): Promise<FuzzReport> {
    for (const { octets } of keptSeeds(this.#target)) await this.#play(octets);
    return this.#report(0);
  }

  async run(): Promise<FuzzReport> {
    const { corpus, guided, ms, most = Number.POSITIVE_INFINITY, seed, mostFailures = MOST_FAILURES } = this.#options;
    const deadline = performance.now() + ms;
    const isOver = (): boolean => performance.now() > deadline || this.#inputs >= most || this.#failures.size >= mostFailures;
    this.#pool.push(...keptSeeds(this.#target).map(({ octets }) => octets), ...(corpus ? corpusSeeds(this.#target) : []), Buffer.alloc(0));
    for (const octets of [...this.#pool]) if (!isOver()) await this.#play(octets);
    const guide = guided ? new CoverageGuide() : undefined;
    guide?.look();
    const mutator = new Mutator(new Randomness(seed), this.#target.words, this.#target.longest);
    const memory = new MemoryWatch();
    while (!isOver()) {
      const batch = Array.from({ length: A_LOOK }, () => mutator.next(this.#pool));
      for (const input of batch) if (!isOver()) await this.#play(input);
      if (guide !== undefined) await this.#keepWhatIsNew(batch, guide);
      memory.look(deadline);
    }
    const { behaviours = 0 } = guide ?? {};
    guide?.close();
    const growth = memory.growth();
    if (growth > GROWTH)
      this.#failures.set('growth', { input: Buffer.alloc(0), reason: `The heap grew by ${growth} octets over the run.` });
    return this.#report(behaviours);
  }

  /** Where a batch reached what nothing before it did, each alone tells which; the smallest that does is gone on from. */
  async #keepWhatIsNew(batch: readonly Buffer[], guide: CoverageGuide): Promise<void> {
    const unclaimed = new Set(guide.look());
    if (unclaimed.size === 0) return;
    for (const input of [...batch].sort((one, other) => one.length - other.length)) {
      await breaks(this.#target, input);
      const claimed = [...guide.reached()].filter((part) => unclaimed.has(part));
      for (const part of claimed) unclaimed.delete(part);
      if (claimed.length > 0) this.#pool.push(input);
    }
  }

  async #play(input: Buffer): Promise<void> {
    this.#inputs += 1;
    this.#options.begins?.(input);
    const began = process.cpuUsage();
    const reason = await breaks(this.#target, input);
    const ms = millisecondsSince(began);
    if (ms > this.#slowest.ms) this.#slowest = { ms, octets: input.length };
    if (reason !== undefined) return this.#fails(input, reason);
    const allowed = this.#allowed(input);
    if (ms > allowed && (await this.#quickest(input)) > allowed) {
      await this.#fails(
        input,
        `It takes more processor time than ${allowed.toFixed(0)} ms for ${input.length} octets: ${ms.toFixed(0)} ms`,
        ms,
      );
    }
  }

  #allowed(input: Buffer): number {
    return (this.#target.base ?? BASE_MS) + (input.length / 1024) * MS_PER_KB;
  }

  /** Of three more tries: what else the machine does must not decide. */
  async #quickest(input: Buffer): Promise<number> {
    let best = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const began = process.cpuUsage();
      await breaks(this.#target, input);
      best = Math.min(best, millisecondsSince(began));
    }
    return best;
  }

  async #fails(input: Buffer, reason: string, ms?: number): Promise<void> {
    const kind = kindOf(reason);
    if (this.#failures.has(kind)) return;
    // A slow one is slow because it is long.
    const smallest =
      ms === undefined ? await minimised(input, async (smaller) => kindOf((await breaks(this.#target, smaller)) ?? '') === kind) : input;
    this.#failures.set(kind, { input: smallest, reason: (ms === undefined ? await breaks(this.#target, smallest) : reason) ?? reason });
  }

  #report(behaviours: number): FuzzReport {
    const failures = [...this.#failures.values()];
    return { target: this.#target.name, inputs: this.#inputs, behaviours, slowest: this.#slowest, failures };
  }
}

/** The same for the same input, so that a failure fails again. */
function randomnessOf(input: Buffer): Randomness {
  return new Randomness(createHash('sha256').update(input).digest().readInt32BE(0));
}

/** Without what was seen: two inputs that break one rule are one failure. */
function kindOf(reason: string): string {
  return reason.replace(/:[\s\S]*/, '').replace(/\d+/g, 'N');
}

function millisecondsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** The heap after a third of a run, and at its end. Counts only where the collector can be called. */
class MemoryWatch {
  readonly #began = performance.now();
  #before: number | undefined;

  look(deadline: number): void {
    if (this.#before === undefined && performance.now() > this.#began + (deadline - this.#began) / 3) this.#before = heap();
  }

  growth(): number {
    const after = heap();
    return this.#before === undefined || after === undefined ? 0 : after - this.#before;
  }
}

function heap(): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
