// Log lines that anybody at a port can cause as many of as they like: the first ones are written, and then how many more there were.
import type { Logger } from './context.js';
import type { Disposable } from './disposable.js';
import type { Clock } from './services/running.js';

/** Lines of one kind that are written within a while. */
export const MOST_LINES = 10;
export const LINES_EVERY_MS = 10_000;

interface Kind {
  count: number;
  last: string;
}

/** Kinds are words of the code, never of a client: each is kept until the while is over. */
export class BoundedLog implements Disposable {
  readonly #kinds = new Map<string, Kind>();
  #timer: Disposable | undefined;

  constructor(
    private readonly log: Pick<Logger, 'warn'>,
    private readonly clock: Clock,
    private readonly most = MOST_LINES,
  ) {}

  /** A warning about a client. `kind` tells which lines are alike. */
  warn(kind: string, message: string, fields?: Readonly<Record<string, unknown>>): void {
    const known = this.#kinds.get(kind);
    const count = (known?.count ?? 0) + 1;
    this.#kinds.set(kind, { count, last: message });
    if (count <= this.most) this.log.warn(message, fields);
    this.#timer ??= this.clock.after(LINES_EVERY_MS, () => this.#tell());
  }

  /** Writes what is still to be said. */
  dispose(): void {
    void this.#timer?.dispose();
    this.#tell();
  }

  #tell(): void {
    this.#timer = undefined;
    for (const [kind, { count, last }] of this.#kinds) {
      const more = count - this.most;
      if (more > 0)
        this.log.warn(`${more} more lines like the last one were left out within ${LINES_EVERY_MS / 1000} s: ${last}`, { kind, more });
    }
    this.#kinds.clear();
  }
}
