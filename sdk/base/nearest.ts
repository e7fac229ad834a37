// The right name for a wrong one: what a person most likely meant.

/** Steps that suggestions may take within one check of the settings: some hundredths of a second. */
const STEPS_OF_A_CHECK = 1_000_000;

let stepsLeft = Number.POSITIVE_INFINITY;

/** Does the work, and gives up suggesting names where it would suggest too many. */
export function withFewSuggestions<T>(work: () => T): T {
  stepsLeft = STEPS_OF_A_CHECK;
  try {
    return work();
  } finally {
    stepsLeft = Number.POSITIVE_INFINITY;
  }
}

/** Levenshtein's distance with neighbours swapped as one step, which is how people mistype. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let steps = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) steps = Math.min(steps, at(beforeLast, column - 2) + 1);
      current.push(steps);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

/** The candidate nearest to `name`, without regard to case; `undefined` where none is near enough to be meant. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > 100) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestSteps = Math.max(2, Math.min(3, Math.floor(wanted.length / 2)), Math.floor(wanted.length / 4)) + 1;
  for (const candidate of candidates) {
    stepsLeft -= wanted.length * candidate.length;
    if (stepsLeft < 0) return undefined;
    const steps = distanceToName(wanted, candidate.toLowerCase());
    if (steps < bestSteps && steps < candidate.length) [best, bestSteps] = [candidate, steps];
  }
  return best;
}

/** `keepDays` means `log.keepDays`: forgetting the first part counts as one step. */
function distanceToName(wanted: string, candidate: string): number {
  const whole = editDistance(wanted, candidate);
  const dot = candidate.indexOf('.');
  return dot < 0 || wanted.includes('.') ? whole : Math.min(whole, editDistance(wanted, candidate.slice(dot + 1)) + 1);
}

/** `; did you mean "x"?` or nothing, to end a sentence with. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const found = nearest(name, candidates);
  return found === undefined ? '' : ` Did you mean "${found}"?`;
}
