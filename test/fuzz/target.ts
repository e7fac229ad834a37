// What the fuzz runs know of a parser: its seeds, the words of its format, and the rules that hold whatever it is given.
import type { Randomness } from '../plugins/fuzz/randomness.js';

/** Targets of one group are played together in `npm test`. */
export type FuzzGroup = 'mail' | 'servers' | 'isp' | 'files';

export interface FuzzTarget {
  /** As `--target=` takes it, and its folder below `seeds`. */
  readonly name: string;
  readonly group: FuzzGroup;
  /** What the format is made of; the mutator puts them in. */
  readonly words: readonly string[];
  /** Octets of an input at most. */
  readonly longest: number;
  /** Milliseconds of processor time that every input may take, beside those for its length. Default 25. */
  readonly base?: number;
  /** What of a real message is an input; absent: real messages are none. */
  readonly ofMessage?: (message: Buffer) => Buffer;
  /** Throws a BrokenRule where one does not hold. `random` depends on the input alone, so that it does the same each time. */
  run(input: Buffer, random: Randomness): void | Promise<void>;
  /** Lets go of what the runs share. */
  close?(): Promise<void>;
}

/** A rule that an input breaks; the message is the rule and what was seen. */
export class BrokenRule extends Error {}

export function must(holds: boolean, rule: string, seen?: unknown): asserts holds {
  if (!holds) throw new BrokenRule(seen === undefined ? rule : `${rule}: ${shown(seen)}`);
}

/** Both must be the same as JSON has them. */
export function mustEqual(one: unknown, other: unknown, rule: string): void {
  const [left, right] = [shown(one), shown(other)];
  must(left === right, `${rule}: ${left} and ${right}`);
}

/** Characters that would begin another line or end a text, wherever it is shown or sent. */
export function isOneLine(text: string): boolean {
  return !/[\r\n\0]/.test(text);
}

function shown(value: unknown): string {
  return (
    JSON.stringify(value, (_key, each: unknown) => (each instanceof Uint8Array ? Buffer.from(each).toString('latin1') : each)) ??
    'undefined'
  );
}
