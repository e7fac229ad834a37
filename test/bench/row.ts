// One line of the table, and what the rows share.
import type { LoadGenerator } from './load/loadGenerator.js';
import type { Placement } from './placement.js';

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
  /** Of `goal`; `undefined` where there is none, or nothing was measured. */
  readonly reached: boolean | undefined;
  readonly cpu: ProcessorTime | undefined;
  /** Part of the machine's processors that other things took meanwhile, 0 to 1; `undefined` where nobody looked. */
  readonly others: number | undefined;
  /** What stands below the line: how it was measured, what it cost, why it was not. */
  readonly notes: readonly string[];
}

/** What the same work took of the processors, all processes of a side together. */
export interface ProcessorTime {
  /** `us a message`, `ms a login` ... */
  readonly unit: string;
  readonly ours: number;
  readonly peer: number | undefined;
  /** How many times ours the peer takes. */
  readonly ratio: number | undefined;
  readonly goal: string;
  readonly reached: boolean | undefined;
}

/** What a row is measured with. */
export interface Bench {
  /** A tenth of the work, where the work would take long. */
  readonly quick: boolean;
  /** A folder for this run. */
  readonly folder: string;
  readonly load: LoadGenerator;
  /** Where servers, peers and load run. */
  readonly placement: Placement;
  readonly say: (text: string) => void;
}

/** Measures one line of the table or several that share their preparation. */
export interface Measurement {
  readonly name: string;
  /** Programs that it needs: Debian's servers, a C compiler. */
  readonly needs: readonly string[];
  /** It says something on some of the machine's cores too. */
  readonly onSomeCores?: boolean;
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
}

const PLAIN = { cpu: undefined, others: undefined } as const;

/** A line where more is better: `least` times the peer's figure. */
export function faster(work: string, unit: string, ours: number, peer: number, least: number, notes: readonly string[] = []): Row {
  const ratio = ours / peer;
  return { ...PLAIN, work, unit, ours, peer, ratio, goal: `>= ${least} x`, reached: ratio >= least, notes };
}

/** A line where less is better: `most` times the peer's figure. */
export function shorter(work: string, unit: string, ours: number, peer: number, most: number, notes: readonly string[] = []): Row {
  const ratio = ours / peer;
  return { ...PLAIN, work, unit, ours, peer, ratio, goal: `<= ${most} x`, reached: ratio <= most, notes };
}

/** A line with a limit and no peer. */
export function within(work: string, unit: string, ours: number, most: number, notes: readonly string[] = []): Row {
  return { ...PLAIN, work, unit, ours, peer: undefined, ratio: undefined, goal: `<= ${most} ${unit}`, reached: ours <= most, notes };
}

/** A line without a goal. */
export function figure(work: string, unit: string, ours: number, peer: number | undefined, notes: readonly string[] = []): Row {
  return { ...PLAIN, work, unit, ours, peer, ratio: peer === undefined ? undefined : ours / peer, goal: '', reached: undefined, notes };
}

export function notMeasured(work: string, why: string): Row {
  return { ...PLAIN, work, unit: '', ours: undefined, peer: undefined, ratio: undefined, goal: '', reached: undefined, notes: [why] };
}

/** Processor time beside a peer's, of which ours is to be so small that the peer takes `least` times as much; without it there is no goal. */
export function cheaper(unit: string, ours: number, peer: number, least?: number): ProcessorTime {
  const ratio = peer / ours;
  const goal = least === undefined ? '' : `>= ${least} x`;
  return { unit, ours, peer, ratio, goal, reached: least === undefined ? undefined : ratio >= least };
}

/** Processor time with a limit and no peer. */
export function costingAtMost(unit: string, ours: number, most: number): ProcessorTime {
  return { unit, ours, peer: undefined, ratio: undefined, goal: `<= ${most}`, reached: ours <= most };
}

/** The goals are those of whole machines. */
export function withoutGoals(row: Row): Row {
  const cpu = row.cpu === undefined ? undefined : { ...row.cpu, goal: '', reached: undefined };
  return { ...row, goal: '', reached: undefined, cpu };
}
