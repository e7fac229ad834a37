// One line of the table, and what the rows share.

export interface Row {
  readonly work: string;
  /** What `ours` and `peer` count: `messages/s`, `s`, `MB` ... */
  readonly unit: string;
  readonly ours: number | undefined;
  readonly peer: number | undefined;
  /** How many times ahead of the peer ours is, or the part of its time that ours takes; as `goal` says. */
  readonly ratio: number | undefined;
  /** '' where there is none. */
  readonly goal: string;
  /** `undefined`: not measured, or no verdict. */
  readonly reached: boolean | undefined;
  /** What stands below the line: how it was measured, what it cost, why it was not. */
  readonly notes: readonly string[];
}

/** What a row is measured with. */
export interface Bench {
  /** A tenth of the work, where the work would take long. */
  readonly quick: boolean;
  /** A folder for this run. */
  readonly folder: string;
  readonly say: (text: string) => void;
}

/** Measures one line of the table or several that share their preparation. */
export interface Measurement {
  readonly name: string;
  /** Programs of Debian that it needs. */
  readonly needs: readonly string[];
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
}

/** A line where more is better: `least` times the peer's figure. */
export function faster(work: string, unit: string, ours: number, peer: number, least: number, notes: readonly string[] = []): Row {
  const ratio = ours / peer;
  return { work, unit, ours, peer, ratio, goal: `>= ${least} x`, reached: ratio >= least, notes };
}

/** A line where less is better: `most` times the peer's figure. */
export function shorter(work: string, unit: string, ours: number, peer: number, most: number, notes: readonly string[] = []): Row {
  const ratio = ours / peer;
  return { work, unit, ours, peer, ratio, goal: `<= ${most} x`, reached: ratio <= most, notes };
}

/** A line with a limit and no peer. */
export function within(work: string, unit: string, ours: number, most: number, notes: readonly string[] = []): Row {
  return { work, unit, ours, peer: undefined, ratio: undefined, goal: `<= ${most} ${unit}`, reached: ours <= most, notes };
}

/** A line without a goal. */
export function figure(work: string, unit: string, ours: number, peer: number | undefined, notes: readonly string[] = []): Row {
  return { work, unit, ours, peer, ratio: peer === undefined ? undefined : ours / peer, goal: '', reached: undefined, notes };
}

export function notMeasured(work: string, why: string): Row {
  return { work, unit: '', ours: undefined, peer: undefined, ratio: undefined, goal: '', reached: undefined, notes: [why] };
}
