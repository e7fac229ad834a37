// Small writes that are waited for: what comes while one of its kind is under way shares the next statement, which is one commit.
import { DatabaseError } from './sentences.js';

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (answer: R) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_AT_ONCE = 256;

export class SharedWrite<T, R> {
  #waiting: Waiting<T, R>[] = [];
  #isWriting = false;

  /** `write` answers for each of the items, in their order. */
  constructor(private readonly write: (items: readonly T[]) => Promise<readonly R[]>) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    // What comes in the same turn of the event loop shares the first one too.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#writeSome(this.#waiting.splice(0, MOST_AT_ONCE));
    this.#isWriting = false;
  }

  async #writeSome(some: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const answers = await this.write(some.map(({ item }) => item));
      for (const [index, { resolve }] of some.entries()) resolve(answers[index] as R);
    } catch (error) {
      // One of them is what the database does not take. The others are written without it.
      if (some.length > 1 && error instanceof DatabaseError && error.trouble === 'statement')
        for (const one of some) await this.#writeSome([one]);
      else for (const { reject } of some) reject(error);
    }
  }
}
