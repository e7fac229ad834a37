// What is wrong at the moment, as those know who look after each part.
import type { Disposable } from '@postroom/sdk';
import type { StandingProblems } from '@postroom/sdk/services';

type Source = () => readonly string[] | Promise<readonly string[]>;

export class ProblemSources implements StandingProblems {
  readonly #sources: Source[] = [];

  add(of: Source): Disposable {
    this.#sources.push(of);
    return { dispose: () => void this.#sources.splice(this.#sources.indexOf(of), 1) };
  }

  async all(): Promise<readonly string[]> {
    return (await Promise.all(this.#sources.map(async (of) => of()))).flat();
  }
}
