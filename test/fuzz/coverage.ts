// Which parts of our code an input has reached, by V8's own counters: what reaches a new one is worth going on from.
import { Session } from 'node:inspector';

/** Of the product, built; not its libraries, nor the tests. */
const OURS = /\/(?:core|sdk|plugins\/[^/]+)\/dist\//;

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
    }[];
  }[];
}

export class CoverageGuide {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#ask('Profiler.enable');
    this.#ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Parts reached so far, each with how often it was reached in one go, roughly. */
  get behaviours(): number {
    return this.#seen.size;
  }

  /** Notes what was reached since the last time; answers what of it nothing had reached before. */
  look(): readonly string[] {
    const fresh = [...this.reached()].filter((part) => !this.#seen.has(part));
    for (const part of fresh) this.#seen.add(part);
    return fresh;
  }

  /** What was reached since the last time. */
  reached(): ReadonlySet<string> {
    const parts = new Set<string>();
    for (const { url, functions } of (this.#ask('Profiler.takePreciseCoverage') as Coverage).result) {
      if (!OURS.test(url)) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) parts.add(`${url} ${startOffset} ${endOffset} ${Math.min(8, Math.floor(Math.log2(count)))}`);
        }
      }
    }
    return parts;
  }

  close(): void {
    this.#session.disconnect();
  }

  /** The inspector of the own thread answers at once. */
  #ask(method: string, parameters: object = {}): unknown {
    let answer: unknown;
    this.#session.post(method, parameters, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }
}
