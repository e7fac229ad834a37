// Group commit: the one queue before the one writer. What waits while a commit runs shares the next one,
// so throughput comes from company, never from weaker durability.

import type { Disposable } from '@postroom/sdk';
import { PostroomError } from '@postroom/sdk';
import type { Clock, Fence, StoreStatistics } from '@postroom/sdk/services';
import { CommitStatistics } from '@postroom/sdk/store';
import type { Ballast } from './ballast.js';
import type { CommitNumber } from './commitNumber.js';
import type { Connection } from './connection.js';
import { DatabaseError, unknownCommit } from './connection.js';
import type { MemoryLeases } from './leases.js';
import { WriteGroup } from './writeGroup.js';

/** A change that is committed whole or not at all. After a failed group it is asked again, alone: its methods can be called more than once. */
export interface WriteUnit {
  /** Octets it carries; a group takes about 8 MB. */
  readonly octets?: number;
  /** Content keys that `stage` will ask the group about. */
  readonly seenKeys?: readonly Buffer[];
  /** True where nothing is changed: what it looks at has to be looked at by the writer. A commit of such only needs no room. */
  readonly changesNothing?: boolean;
  /** Of the lease without which it may not be written. */
  readonly fence?: Fence | undefined;
  /** True for a change that makes room: with a full disk the ballast is given up for it. */
  readonly makesRoom?: boolean;
  /** Adds rows. */
  stage?(group: WriteGroup): void;
  /** Statements that look at what is stored. They run after the group's rows are in, in the order of the units. */
  run?(writer: Connection): Promise<void>;
  /** After the commit, before anybody hears of it. May not throw. */
  committed?(): void;
}

interface Waiting {
  readonly unit: WriteUnit;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const GROUP_UNITS = 512;
const GROUP_OCTETS = 8 * 2 ** 20;
/** How long a fire-and-forget write waits for a commit to join. */
const PATIENCE_MS = 200;

/** Brings on the commit that others wait for. */
const LOOK: WriteUnit = { changesNothing: true };

export class WriteQueue {
  readonly #statistics = new CommitStatistics();
  #waiting: Waiting[] = [];
  #later: WriteUnit[] = [];
  #laterTimer: Disposable | undefined;
  /** The last commit that had such changes. */
  #lastLater: Promise<void> | undefined;
  #draining: Promise<void> | undefined;
  #broken: Error | undefined;
  #closed = false;

  constructor(
    private writer: Connection,
    private readonly clock: Clock,
    private readonly ballast: Ballast | undefined,
    private readonly onLost: (error: unknown) => void,
    private readonly onBroken: (error: Error) => void = () => undefined,
    private readonly commits?: CommitNumber,
    private readonly leases?: MemoryLeases,
  ) {}

  /** Why nothing is written until the writer is replaced; `undefined` where all is well. */
  get trouble(): Error | undefined {
    return this.#broken;
  }

  get statistics(): StoreStatistics {
    return this.#statistics.value;
  }

  /**
   * Resolves when the unit survives a power cut. Rejects with nothing of it stored (`store/full`, `store/failed`, `lease/lost`), or with `store/unknown`:
   * COMMIT failed, and it may be there when the database has been opened again.
   */
  write(unit: WriteUnit): Promise<void> {
    if (this.#closed) return Promise.reject(new PostroomError('store/failed', 'The store is closed. Start the server again.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ unit, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Writes with the next commit, or soon; a failure goes to `onLost`. */
  writeLater(unit: WriteUnit): void {
    if (this.#closed) return;
    this.#later.push(unit);
    this.#laterTimer ??= this.clock.after(PATIENCE_MS, () => {
      this.#laterTimer = undefined;
      if (this.#later.length > 0) this.#draining ??= this.#drain();
    });
  }

  /** Resolves when what was to be written later has been tried: who reads behind it finds it. */
  async settleLater(): Promise<void> {
    if (this.#later.length === 0) await this.#lastLater;
    else await this.write(LOOK).catch(() => undefined);
  }

  /** Resolves when all that was asked for so far has been tried. */
  async settle(): Promise<void> {
    void this.#laterTimer?.dispose();
    this.#laterTimer = undefined;
    if (this.#later.length > 0 || this.#waiting.length > 0) this.#draining ??= this.#drain();
    while (this.#draining !== undefined) await this.#draining;
  }

  /** Puts a newly opened, checked writer in the place of a failed one. */
  async replaceWriter(open: () => Promise<Connection>): Promise<void> {
    const broken = this.#broken;
    this.#broken ??= new PostroomError('store/failed', 'The store is being opened again.');
    await this.settle();
    try {
      await this.writer.close().catch(() => undefined);
      this.writer = await open();
      this.#broken = undefined;
    } catch (error) {
      this.#broken = broken ?? (error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  /** Puts another writer in the place of this one between two commits. What is to be written waits; where `swap` fails, nothing is written any more. */
  async exchangeWriter(swap: (writer: Connection) => Promise<Connection>): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
    if (this.#closed || this.#broken !== undefined) return;
    this.#draining = (async () => {
      try {
        this.writer = await swap(this.writer);
      } catch (error) {
        this.#broken = error instanceof Error ? error : new Error(String(error));
        this.onBroken(this.#broken);
      }
      this.#draining = undefined;
      if (this.#waiting.length > 0) this.#draining = this.#drain();
    })();
    await this.#draining;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.settle();
    await this.writer.close();
  }

  async #drain(): Promise<void> {
    // Writes in the same turn of the event loop share the first commit too.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 || this.#later.length > 0) {
      const hasLater = this.#later.length > 0;
      const committing = this.#commit(this.#takeGroup());
      if (hasLater) this.#lastLater = committing;
      await committing;
    }
    this.#draining = undefined;
  }

  #takeGroup(): Waiting[] {
    const later = this.#later.splice(0).map((unit) => ({ unit, resolve: () => undefined, reject: this.onLost }));
    let octets = 0;
    let count = 0;
    while (count < this.#waiting.length && count < GROUP_UNITS && octets < GROUP_OCTETS) octets += this.#waiting[count++]?.unit.octets ?? 0;
    // A pick-up noted before a resort was asked for counts for that resort.
    return [...later, ...this.#waiting.splice(0, count)];
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    if (this.#broken !== undefined) {
      const refusal = new PostroomError(
        'store/failed',
        'Nothing can be stored: the disk failed before, and the database has yet to be opened again and checked.',
        {},
        { cause: this.#broken },
      );
      for (const { reject } of group) reject(refusal);
      return;
    }
    const { admitted, leave } = this.#admit(group);
    if (admitted.length === 0) return;
    try {
      await this.#transaction(admitted.map(({ unit }) => unit));
    } catch (error) {
      leave();
      await this.#failed(admitted, error);
      return;
    }
    leave();
    for (const { unit } of admitted) unit.committed?.();
    for (const { resolve } of admitted) resolve();
  }

  /** Refuses what bears a fence that no longer counts. Until `leave` the others' leases change hands no more. */
  #admit(group: readonly Waiting[]): { readonly admitted: readonly Waiting[]; readonly leave: () => void } {
    if (group.every(({ unit }) => unit.fence === undefined)) return { admitted: group, leave: () => undefined };
    const entered: (() => void)[] = [];
    const admitted = group.filter(({ unit, reject }) => {
      try {
        if (unit.fence !== undefined && this.leases !== undefined) entered.push(this.leases.enter(unit.fence));
        return true;
      } catch (error) {
        reject(error);
        return false;
      }
    });
    const leave = (): void => {
      for (const each of entered) each();
    };
    return { admitted, leave };
  }

  async #transaction(units: readonly WriteUnit[]): Promise<void> {
    const began = this.clock.monotonic();
    const isChange = units.some((unit) => unit.changesNothing !== true);
    await this.writer.run('BEGIN IMMEDIATE');
    try {
      if (isChange) await this.commits?.begin(this.writer);
      const group = await WriteGroup.begin(
        this.writer,
        units.flatMap((unit) => unit.seenKeys ?? []),
        this.clock.now(),
      );
      for (const unit of units) unit.stage?.(group);
      const written = await group.write(this.writer, isChange ? this.commits?.mark : undefined);
      for (const unit of units) await unit.run?.(this.writer);
      if (isChange) await this.commits?.write(this.writer, written);
      await this.#end();
    } catch (error) {
      // SQLite ends the transaction itself after a full disk or an I/O error: then there is none to roll back, and that is all right.
      await this.writer.exec('ROLLBACK').catch(() => undefined);
      throw error;
    }
    if (isChange) this.commits?.committed();
    this.#statistics.add(units.length, this.clock.monotonic() - began);
  }

  async #end(): Promise<void> {
    try {
      await this.writer.run('COMMIT');
    } catch (error) {
      throw error instanceof DatabaseError && (error.trouble === 'io' || error.trouble === 'corrupt') ? unknownCommit(error) : error;
    }
  }

  async #failed(group: readonly Waiting[], error: unknown): Promise<void> {
    const trouble = error instanceof DatabaseError ? error.trouble : 'statement';
    if (error instanceof DatabaseError && (trouble === 'io' || trouble === 'corrupt')) {
      this.#broken = error;
      this.onBroken(error);
    }
    if (trouble === 'full') await this.#makeRoom(group, error);
    else if (trouble === 'statement' && group.length > 1) for (const one of group) await this.#commit([one]);
    else for (const { reject } of group) reject(error);
  }

  /** The disk is full: only what makes room is tried again, on the ballast's. */
  async #makeRoom(group: readonly Waiting[], error: unknown): Promise<void> {
    const helpful = group.filter(({ unit }) => unit.makesRoom);
    for (const waiting of group) if (!helpful.includes(waiting)) waiting.reject(error);
    if (helpful.length === 0) return;
    if (await this.ballast?.giveUp()) await this.#commit(helpful);
    else for (const { reject } of helpful) reject(error);
  }
}
