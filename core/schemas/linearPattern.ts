// Regular expressions of strangers' plugins, matched in linear time (RE2): with JavaScript's own, a pattern and a text of forty characters can keep
// the server busy for years.
import { RE2JS } from 're2js';

/** Characters of a pattern. */
export const LONGEST_PATTERN = 500;
/** States of the automaton that a pattern becomes: each character of a text costs at most a step for each of them. */
export const MOST_STATES = 1_000;
/** Steps of one check, all patterns and texts of it together: about a fifth of a second. */
export const MOST_STEPS = 2_000_000;

/** A check was given up: its texts are too long for its patterns. */
export class TooManySteps extends Error {
  constructor() {
    super('is too long to be checked against the patterns that the plugin declares');
  }
}

/** Counts the steps that one check may still take. */
export class StepBudget {
  #left = MOST_STEPS;

  begin(): void {
    this.#left = MOST_STEPS;
  }

  /** Throws TooManySteps where there is no room for them. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooManySteps();
  }
}

/** A pattern that is ready to be matched. */
export interface LinearPattern {
  test(text: string): boolean;
  /** The pattern as written: ajv tells patterns apart by it. */
  toString(): string;
}

/** What is wrong with a pattern, to follow a colon; `undefined` where it can be used. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > LONGEST_PATTERN) return `it has ${pattern.length} characters, and at most ${LONGEST_PATTERN} are allowed`;
  try {
    const states = compiled(pattern).programSize();
    return states > MOST_STATES
      ? `it needs ${states} states, and at most ${MOST_STATES} are allowed; make its repetitions shorter`
      : undefined;
  } catch (error) {
    return `${reasonOf(error)}. Patterns are matched by RE2: it knows neither look-around nor back-references`;
  }
}

/** Throws for a pattern with a problem. */
export function linearPattern(pattern: string, budget: StepBudget): LinearPattern {
  const problem = patternProblem(pattern);
  if (problem !== undefined) throw new Error(problem);
  const expression = compiled(pattern);
  const states = expression.programSize();
  return {
    test: (text) => {
      budget.spend((text.length + 1) * states);
      return expression.test(text);
    },
    toString: () => pattern,
  };
}

function compiled(pattern: string): RE2JS {
  return RE2JS.compile(RE2JS.translateRegExp(pattern));
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error parsing regexp: /, '').replaceAll('`', '"');
}
