// Intake and journal in memory, with the promises that the store keeps: stored and journalled in one step.
import type { Accepted, AccountJournal, FetchedFrom, Intake, JournalEntry } from '@postroom/sdk';

export class FakeIntake implements Intake {
  readonly accepted: { from: FetchedFrom; text: string }[] = [];
  readonly journal: FakeJournal;
  /** Called when a message has been read, before it counts as stored. */
  before: ((text: string, from: FetchedFrom) => Promise<void> | void) | undefined;
  running = 0;
  mostRunning = 0;
  largestPiece = 0;

  constructor(journal: FakeJournal) {
    this.journal = journal;
  }

  get texts(): readonly string[] {
    return this.accepted.map(({ text }) => text);
  }

  async accept(source: AsyncIterable<Uint8Array>, from: FetchedFrom): Promise<Accepted> {
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      const pieces: Uint8Array[] = [];
      for await (const piece of source) {
        this.largestPiece = Math.max(this.largestPiece, piece.length);
        pieces.push(piece);
      }
      const text = Buffer.concat(pieces).toString('latin1');
      await new Promise((resolve) => setImmediate(resolve));
      await this.before?.(text, from);
      this.accepted.push({ from, text });
      this.journal.stored(from);
      return {
        id: String(this.accepted.length),
        size: text.length,
        mailboxes: [{ account: 'company', user: 'andrew' }],
        duplicates: 0,
        disposition: 'deliver',
      };
    } finally {
      this.running -= 1;
    }
  }
}

export class FakeJournal implements AccountJournal {
  readonly known = new Map<string, JournalEntry>();
  readonly listings: (readonly string[])[] = [];
  readonly attempts = new Map<string, number>();

  stored({ uidl, listedSize, headerPrint }: FetchedFrom, since = new Date()): void {
    const print = headerPrint === undefined ? {} : { headerPrint };
    this.known.set(uidl, { uidl, state: 'stored', listedSize, since, attempts: 0, failures: 0, ...print });
  }

  stateOf(uidl: string): string | undefined {
    return this.known.get(uidl)?.state;
  }

  async entries(): Promise<ReadonlyMap<string, JournalEntry>> {
    return new Map(this.known);
  }

  async gone(uidls: readonly string[]): Promise<void> {
    for (const uidl of uidls) {
      const entry = this.known.get(uidl);
      if (entry !== undefined) this.known.set(uidl, { ...entry, state: 'gone' });
    }
  }

  async listed(uidls: readonly string[]): Promise<void> {
    this.listings.push(uidls);
  }

  async attempt(uidls: readonly string[]): Promise<void> {
    for (const uidl of uidls) {
      this.attempts.set(uidl, (this.attempts.get(uidl) ?? 0) + 1);
      const entry = this.#failedEntry(uidl) ?? { uidl, state: 'failed', listedSize: -1, since: new Date(), attempts: 0, failures: 0 };
      this.known.set(uidl, { ...entry, attempts: entry.attempts + 1 });
    }
  }

  async ended({ failed, untried }: { readonly failed: readonly string[]; readonly untried: readonly string[] }): Promise<void> {
    for (const uidl of [...failed, ...untried]) {
      const entry = this.#failedEntry(uidl);
      if (entry === undefined) continue;
      const failures = entry.failures + (failed.includes(uidl) ? 1 : 0);
      this.known.set(uidl, { ...entry, attempts: Math.max(entry.attempts - 1, 0), failures });
    }
  }

  #failedEntry(uidl: string): JournalEntry | undefined {
    const entry = this.known.get(uidl);
    return entry?.state === 'failed' ? entry : undefined;
  }
}
