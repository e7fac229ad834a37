// Things to let go of: last in, first out, one awaited after the other.
import type { Disposable } from '../disposable.js';
import { sentenceOf } from '../errors.js';

export class DisposableStack implements Disposable {
  readonly #items: Disposable[] = [];

  /** Takes over what it is given, and hands it back for use. */
  use<T extends Disposable>(item: T): T {
    this.#items.push(item);
    return item;
  }

  push(...items: readonly Disposable[]): void {
    this.#items.push(...items);
  }

  defer(dispose: () => void | Promise<void>): void {
    this.#items.push({ dispose });
  }

  /** Disposes everything, even where something throws. Answers the sentences of what went wrong. */
  async disposeAll(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (let item = this.#items.pop(); item !== undefined; item = this.#items.pop()) {
      try {
        await item.dispose();
      } catch (error) {
        problems.push(sentenceOf(error));
      }
    }
    return problems;
  }

  async dispose(): Promise<void> {
    const problems = await this.disposeAll();
    if (problems.length > 0) {
      throw new Error(problems.join(' '));
    }
  }
}
