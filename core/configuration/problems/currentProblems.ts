// What is wrong with the text of the settings at the moment. Each problem is told once: when it turns up.

import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { Events, Log, SettingsProblem } from '@postroom/sdk/services';
import { problemLine } from '@postroom/sdk/settings';

export class CurrentProblems {
  #all: readonly SettingsProblem[] = [];
  readonly #changed: Listeners<void>;

  constructor(
    private readonly events: Events,
    private readonly log: Log,
    listenerFailed: (thrown: unknown) => void,
  ) {
    this.#changed = new Listeners<void>(listenerFailed);
  }

  get all(): readonly SettingsProblem[] {
    return this.#all;
  }

  set(problems: readonly SettingsProblem[]): void {
    const before = this.#all.map((each) => problemLine(each));
    this.#all = problems;
    const fresh = problems.filter((each) => !before.includes(problemLine(each)));
    for (const problem of fresh) this.log[problem.severity === 'error' ? 'error' : 'warn'](problemLine(problem));
    const first = fresh.find((each) => each.severity === 'error');
    if (first !== undefined) {
      const sentence = `${problemLine(first)} The last good settings stay in force.`;
      this.events.emit({ type: 'problem', source: 'settings', sentence });
    }
    if (fresh.length > 0 || problems.length !== before.length) this.#changed.fire();
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changed.add(listener);
  }
}
