// The difference of two versions of settings.json, line by line, for people.

/** Beyond this many comparisons the middle part is shown as removed and added at once. */
const MOST_COMPARISONS = 4_000_000;

/** Lines with `-` (only before), `+` (only after) or a space in front, with `context` equal lines around; '' where nothing differs. */
export function diffLines(before: string, after: string, context = 2): string {
  if (before === after) return '';
  const [from, to] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head++;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  const all = [
    ...from.slice(0, head).map((line) => ` ${line}`),
    ...middle(from.slice(head, from.length - tail), to.slice(head, to.length - tail)),
    ...from.slice(from.length - tail).map((line) => ` ${line}`),
  ];
  const near = (index: number): boolean =>
    all.slice(Math.max(0, index - context), index + context + 1).some((line) => !line.startsWith(' '));
  const kept = all.map((line, index) => (near(index) ? line : undefined));
  return kept
    .flatMap((line, index) => (line !== undefined ? [line] : index === 0 || kept[index - 1] !== undefined ? ['...'] : []))
    .join('\n');
}

/** Longest common subsequence. */
function middle(from: readonly string[], to: readonly string[]): readonly string[] {
  if (from.length * to.length > MOST_COMPARISONS) return [...from.map((line) => `-${line}`), ...to.map((line) => `+${line}`)];
  const width = to.length + 1;
  const common = new Uint32Array((from.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = from.length - 1; row >= 0; row--) {
    for (let column = to.length - 1; column >= 0; column--) {
      common[row * width + column] =
        from[row] === to[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < from.length || column < to.length) {
    if (row < from.length && column < to.length && from[row] === to[column]) {
      lines.push(` ${from[row]}`);
      row++;
      column++;
    } else if (row < from.length && (column >= to.length || at(row + 1, column) >= at(row, column + 1))) lines.push(`-${from[row++]}`);
    else lines.push(`+${to[column++]}`);
  }
  return lines;
}
