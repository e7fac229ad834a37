// The table that the fault runs end with: one row a fault.
import Table from 'cli-table3';

export interface FaultRow {
  readonly fault: string;
  times: number;
  lost: number;
  doubled: number;
  stalled: number;
  /** What was seen to hold, or why it was not tried. */
  note: string;
}

export interface FaultOutcome {
  readonly fault: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Sentences about what went wrong. */
  readonly reasons: readonly string[];
}

/** Octets of the columns; what is longer goes on in the next line. */
const WIDTHS = [54, 7, 6, 9, 9, 92];

export class FaultTable {
  readonly #rows = new Map<string, FaultRow>();
  readonly #skipped = new Set<string>();
  /** Sentences about everything that went wrong. */
  readonly complaints: string[] = [];

  row(fault: string, note = ''): FaultRow {
    const row = this.#rows.get(fault) ?? { fault, times: 0, lost: 0, doubled: 0, stalled: 0, note };
    this.#rows.set(fault, row);
    return row;
  }

  /** Counts a try of a fault and what came of it. */
  add(
    fault: string,
    came: { readonly lost?: readonly string[]; readonly doubled?: readonly string[]; readonly stalled?: readonly string[] },
    note = '',
  ): void {
    const row = this.row(fault, note);
    row.times += 1;
    for (const kind of ['lost', 'doubled', 'stalled'] as const) this.complain(fault, kind, came[kind] ?? []);
    if (note !== '') row.note = note;
  }

  /** What went wrong beside the tries that are counted. */
  complain(fault: string, kind: 'lost' | 'doubled' | 'stalled', sentences: readonly string[]): void {
    this.row(fault)[kind] += sentences.length;
    this.complaints.push(...sentences.map((sentence) => `${fault}: ${kind}: ${sentence}`));
  }

  skip(fault: string, reason: string): void {
    this.#skipped.add(fault);
    this.row(fault, `not tried: ${reason}`);
  }

  /** What came of each fault, as a test would have it. */
  get outcomes(): readonly FaultOutcome[] {
    return [...this.#rows.values()].map(({ fault, lost, doubled, stalled }) => ({
      fault,
      state: lost + doubled + stalled > 0 ? 'failed' : this.#skipped.has(fault) ? 'skipped' : 'passed',
      reasons: this.complaints.filter((complaint) => complaint.startsWith(`${fault}: `)),
    }));
  }

  get isClean(): boolean {
    return this.complaints.length === 0;
  }

  /** Faults that nothing came of, that something came of, and that this machine can't try: the sum that .ci/run adds up. */
  get sum(): string {
    const count = (state: FaultOutcome['state']): number => this.outcomes.filter((outcome) => outcome.state === state).length;
    const skipped = count('skipped');
    return `${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  }

  toString(): string {
    const table = new Table({
      head: ['fault', 'times', 'lost', 'doubled', 'stalled', 'what held'],
      colWidths: WIDTHS,
      wordWrap: true,
      style: { head: [], border: [], compact: true },
    });
    for (const { fault, times, lost, doubled, stalled, note } of this.#rows.values())
      table.push([fault, times, lost, doubled, stalled, note]);
    return table.toString();
  }
}

/** What a program said, for the column of notes. */
export function shortened(text: string): string {
  const plain = text.replace(/127\.0\.0\.1(:\d+)?/g, 'ISP').trim();
  return plain.length > 90 ? `${plain.slice(0, 87)}...` : plain;
}
