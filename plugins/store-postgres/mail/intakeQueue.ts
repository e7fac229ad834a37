// Group commit: what waits while others are being stored shares the next statement, so throughput comes from company, never from weaker durability.
import { PostroomError } from '@postroom/sdk';
import type { IntakeResult } from '@postroom/sdk/services';
import type { Engine } from '../engine/engine.js';
import { lostLease } from '../engine/leases.js';
import { DatabaseError } from '../engine/sentences.js';
import { closed } from '../engine/sessionPool.js';
import { OutboxRecord } from '../outbox/outboxRecord.js';
import type { SharedTally } from '../outbox/sharedTally.js';
import { storeAlone } from './intakeAlone.js';
import { type GroupOutcome, storeGroup } from './intakeGroup.js';
import type { IntakeWork, Stored } from './intakeUnit.js';
import type { Mailboxes } from './mailboxes.js';

interface Waiting {
  readonly work: IntakeWork;
  readonly resolve: (result: IntakeResult) => void;
  readonly reject: (error: unknown) => void;
  /** Its mailbox was not there so many times. */
  misses: number;
}

/** Groups at once: while the disk takes one the next is put together. More make groups smaller, and each message dearer. */
const WRITERS = 2;
const GROUP_UNITS = 256;
const GROUP_OCTETS = 4 * 2 ** 20;
const MOST_MISSES = 3;

export class IntakeQueue {
  readonly #waiting: Waiting[] = [];
  readonly #writing = new Set<Promise<void>>();
  #writers = 0;
  #turns: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    private readonly engine: Engine,
    private readonly mailboxes: Mailboxes,
    private readonly tally: SharedTally,
  ) {}

  /** Resolves when the unit survives a power cut. Rejects as MailStore's `commit` does. */
  store(work: IntakeWork): Promise<IntakeResult> {
    if (this.#isClosed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const waiting = { work, resolve, reject, misses: 0 };
      if (needsStatements(work)) this.#follow(this.#alone(waiting));
      else this.#add(waiting);
    });
  }

  /** Resolves when all that was asked for so far has been tried. */
  async settle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.settle();
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#writers < WRITERS) this.#follow(this.#write());
  }

  #follow(writing: Promise<void>): void {
    this.#writing.add(writing);
    void writing.finally(() => this.#writing.delete(writing));
  }

  async #write(): Promise<void> {
    this.#writers += 1;
    // What comes in the same turn of the event loop shares the first commit too.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#storeGroup(this.#takeGroup());
    this.#writers -= 1;
  }

  #takeGroup(): Waiting[] {
    let octets = 0;
    let count = 0;
    while (count < this.#waiting.length && count < GROUP_UNITS && octets < GROUP_OCTETS)
      octets += this.#waiting[count++]?.work.unit.body.size ?? 0;
    return this.#waiting.splice(0, count);
  }

  async #storeGroup(group: readonly Waiting[]): Promise<void> {
    let outcomes: readonly GroupOutcome[];
    try {
      outcomes = await storeGroup(
        this.engine.database,
        group.map(({ work }) => work),
        this.engine.clock,
      );
    } catch (error) {
      // One of them is what the database does not take. The others are stored without it.
      if (group.length > 1 && error instanceof DatabaseError && error.trouble === 'statement')
        for (const one of group) await this.#storeGroup([one]);
      else for (const { work, reject } of group) reject(refusal(work, error));
      return;
    }
    const alone = group.filter((_, index) => outcomes[index] === 'alone');
    if (alone.length > 0) this.#follow(this.#inTurn(alone));
    for (const [index, waiting] of group.entries()) this.#settleOne(waiting, outcomes[index]);
    if (outcomes.some((outcome) => typeof outcome === 'object' && outcome.queued.length > 0)) this.engine.changes.publish('outbox');
  }

  #settleOne(waiting: Waiting, outcome: GroupOutcome | undefined): void {
    const { work, reject } = waiting;
    if (outcome === 'alone') return;
    if (typeof outcome === 'object') this.#stored(waiting, outcome);
    else if (outcome === 'lease lost') this.#lost(waiting);
    else if (waiting.misses < MOST_MISSES) this.#follow(this.#again(waiting));
    else
      reject(
        new PostroomError('store/failed', `A mailbox of message ${work.number} was renamed each time that it was to be stored. Try again.`),
      );
  }

  #stored({ work, resolve }: Waiting, { result, queued }: Stored): void {
    work.body.committed();
    this.tally.queued(queued);
    resolve(result);
  }

  #lost({ work: { unit }, reject }: Waiting): void {
    if (unit.fence === undefined) return;
    this.engine.leases.noteLost(unit.fence);
    reject(lostLease(unit.fence.lease));
  }

  /** Its mailbox is new, or has another name by now. */
  async #again(waiting: Waiting): Promise<void> {
    const wanted = waiting.work.copies.map(({ draft }) => draft.mailbox);
    this.mailboxes.forget(wanted);
    waiting.misses += 1;
    try {
      await this.mailboxes.make(wanted);
      this.#add(waiting);
    } catch (error) {
      waiting.reject(error);
    }
  }

  /** Copies of one content, whose turn decides, in the order in which they came. */
  #inTurn(group: readonly Waiting[]): Promise<void> {
    this.#turns = this.#turns.then(async () => {
      for (const waiting of group) await this.#alone(waiting);
    });
    return this.#turns;
  }

  async #alone(waiting: Waiting): Promise<void> {
    const { work, reject } = waiting;
    const { database, leases, clock, changes } = this.engine;
    const settled = work.unit.settles && new OutboxRecord(work.unit.settles, this.tally, clock, true);
    try {
      const stored = await database.transaction((statements) => storeAlone(statements, work, settled, clock));
      settled?.committed();
      this.#stored(waiting, stored);
      if (settled !== undefined || stored.queued.length > 0) changes.publish('outbox');
    } catch (error) {
      const { fence } = work.unit;
      if (fence !== undefined && error instanceof PostroomError && error.fields['lease'] === fence.lease) leases.noteLost(fence);
      reject(refusal(work, error));
    }
  }
}

/** What a group has no place for. */
function needsStatements({ unit, body, copies, isRenamed }: IntakeWork): boolean {
  return (
    body.hasSpilled ||
    isRenamed ||
    unit.settles !== undefined ||
    unit.tells !== undefined ||
    copies.some(({ draft }) => draft.isWanted === true)
  );
}

const UNIQUE_VIOLATION = '23505';

/** Only a number that was given up can be there already. */
function refusal({ number }: IntakeWork, error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.state !== UNIQUE_VIOLATION) return error;
  return new PostroomError(
    'store/failed',
    `Message ${number} was given up when somebody asked what became of it, and cannot be stored any more. It has to come again.`,
    { message: String(number) },
    { cause: error },
  );
}
