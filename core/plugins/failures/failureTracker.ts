// Three failures in five minutes switch a plugin off: the numbers of VS Code's extension host. One message counts once, however often it is tried.
const STRIKES = 3;
const WINDOW_MS = 5 * 60_000;
/** Messages that are remembered as counted. */
const REMEMBERED = 1000;

/** A failure of a plugin. */
export interface PluginFailure {
  /** `end`: its process ended. `call`: one call failed. */
  readonly kind: 'end' | 'call';
  /** Ids of the messages that may have caused it: one for a call, all that it had in hand for the end of a process. */
  readonly messages: readonly string[];
}

export class FailureTracker {
  #counted: readonly { readonly at: number; readonly kind: PluginFailure['kind'] }[] = [];
  readonly #suspects = new Set<string>();

  /** Counts a failure at a monotonic time in milliseconds. True when it is the third within the window. */
  add(now: number, { kind, messages }: PluginFailure): boolean {
    if (messages.some((message) => this.#suspects.has(message))) {
      return false;
    }
    for (const message of messages) this.#remember(message);
    this.#counted = [...this.#counted.filter(({ at }) => now - at < WINDOW_MS), { at: now, kind }];
    return this.#counted.length >= STRIKES;
  }

  /** A call went well: the plugin works, whatever is wrong with single messages. The ends of its process stay counted. */
  succeeded(): void {
    if (this.#counted.length > 0) this.#counted = this.#counted.filter(({ kind }) => kind === 'end');
  }

  clear(): void {
    this.#counted = [];
    this.#suspects.clear();
  }

  #remember(message: string): void {
    this.#suspects.add(message);
    for (const oldest of this.#suspects) {
      if (this.#suspects.size <= REMEMBERED) return;
      this.#suspects.delete(oldest);
    }
  }
}
