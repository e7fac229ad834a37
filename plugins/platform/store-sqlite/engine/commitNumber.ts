// Numbers the commits of a database, in the database itself and, a moment later, in a file beside it.
import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { Clock } from '@postroom/sdk/services';
import type { Moved } from '../outbox/tallyRows.js';
import type { Connection } from './connection.js';
import type { CommitMark } from './groupInsert.js';
import { type LastCommit, readLastCommit, writeLastCommit } from './lastCommit.js';
import { Sequence } from './sequence.js';

/** So many milliseconds lie between two writes of the file at least. */
const GAP_MS = 25;

/** What a database is known to have lost. */
export interface LostCommits {
  readonly missing: number;
  /** Of the last commit that is there, and of the last that is known of; milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

interface CommitRow {
  readonly id: string;
  readonly number: number;
  readonly at: number;
  readonly token: number;
}

export class CommitNumber {
  /** Numbers of servers, leases and tries, which grow over restarts: every commit says how far they have come. */
  readonly tokens: Sequence;
  #written: Promise<void> = Promise.resolve();
  #writtenAt = Number.NEGATIVE_INFINITY;
  #timer: Disposable | undefined;
  #isClosed = false;
  /** Writes down what was lost; `undefined` where that is done. */
  #unwritten: ((writer: Connection) => Promise<readonly Moved[]>) | undefined;
  #moved: readonly Moved[] = [];
  readonly #wroteLost = new Listeners<readonly Moved[]>();

  private constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private last: CommitRow,
    /** As the file knew it when the database was opened; `undefined` where it is of another database, or there is none. */
    readonly known: LastCommit | undefined,
  ) {
    this.tokens = new Sequence(last.token);
  }

  static async open(folder: string, writer: Connection, clock: Clock): Promise<CommitNumber> {
    const row = await rowOf(writer);
    const known = await readLastCommit(folder);
    return new CommitNumber(folder, clock, row, known?.database === row.id ? known : undefined);
  }

  /** What the database lacks of what the file knew when it was opened. */
  get lost(): LostCommits | undefined {
    return lostBetween(this.last, this.known);
  }

  /** At the beginning of a transaction. Without what was lost nothing else is written: mail that may have been sent would go out again. */
  async begin(writer: Connection): Promise<void> {
    if (this.#unwritten !== undefined) this.#moved = await this.#unwritten(writer);
  }

  /** What this transaction writes down of itself. */
  get mark(): CommitMark {
    return { number: this.last.number + 1, at: this.clock.now().getTime(), token: this.tokens.last };
  }

  /** At the end of the transaction, unless it was written with the rows and no token was given since. */
  async write(writer: Connection, written: CommitMark | undefined): Promise<void> {
    const { number, at, token } = this.mark;
    if (written?.token !== token) await writer.run('UPDATE commits SET number = ?, at = ?, token = ?', [number, at, token]);
  }

  /** It survives a power cut. */
  committed(): void {
    this.last = { ...this.last, number: this.last.number + 1, at: this.clock.now().getTime() };
    if (this.#unwritten !== undefined) {
      this.#unwritten = undefined;
      this.#wroteLost.fire(this.#moved);
    }
    if (this.#timer !== undefined) return;
    const wait = this.#writtenAt + GAP_MS - this.clock.monotonic();
    if (wait <= 0) this.#note();
    else this.#timer = this.clock.after(wait, () => this.#note());
  }

  /**
   * The database was opened again after a failure. Answers what it lost of what had been committed, once `note` has written that down: where it cannot,
   * the next try finds it again.
   */
  async reread(writer: Connection, note: (lost: LostCommits) => Promise<void>): Promise<LostCommits | undefined> {
    const row = await rowOf(writer);
    const lost = lostBetween(row, { ...this.last, database: this.last.id });
    if (lost !== undefined) await note(lost);
    this.last = row;
    return lost;
  }

  /** What was lost is written down: the file follows the database from here. */
  adopt(): void {
    this.#note();
  }

  /**
   * What was lost could not be written down: the first transaction that can does it, in which `note` answers the Outbox. Until then the file stays as it
   * is, so that the next start finds it again.
   */
  freeze(note: (writer: Connection) => Promise<readonly Moved[]>): void {
    this.#unwritten = note;
  }

  /** What could not be written down at the start has been, and the Outbox is as it says. */
  onDidWriteLost(listener: (outbox: readonly Moved[]) => void): Disposable {
    return this.#wroteLost.add(listener);
  }

  /** The database is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#note();
    await this.#written;
  }

  /** Without the file the numbers are right all the same. */
  #note(): void {
    void this.#timer?.dispose();
    this.#timer = undefined;
    this.#writtenAt = this.clock.monotonic();
    if (this.#unwritten !== undefined) return;
    const write = (): Promise<void> => {
      const { id, number, at } = this.last;
      return writeLastCommit(this.folder, { database: id, number, at, isClosed: this.#isClosed }).catch(() => undefined);
    };
    this.#written = this.#written.then(write);
  }
}

function lostBetween(row: CommitRow, known: Omit<LastCommit, 'isClosed'> | undefined): LostCommits | undefined {
  if (known?.database !== row.id || known.number <= row.number) return undefined;
  return { missing: known.number - row.number, from: row.at, to: known.at };
}

async function rowOf(writer: Connection): Promise<CommitRow> {
  return (await writer.get<CommitRow>('SELECT id, number, at, token FROM commits')) ?? { id: '', number: 0, at: 0, token: 0 };
}
