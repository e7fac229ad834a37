// The commit of every new message. Where its answer was lost the store is asked what became of it, for as long as whoever waits for that can wait.
import { type Disposable, PostroomError } from '@postroom/sdk';
import { isStoreAway, pause, whenAborted } from '@postroom/sdk/base';
import { Clock, type IntakeResult, type IntakeUnit, MailStore, StoreMaintenance } from '@postroom/sdk/services';
import { hasCode } from '../base/hasCode.js';
import { JoinedAbort } from '../base/joinedAbort.js';

/** An SMTP client waits ten minutes for its answer (RFC 5321 section 4.5.3.2.6), people much less. */
const LONGEST_MS = 30_000;
/** The same where the store says itself that its disk failed: what does not end within a moment goes on for long, and a client can try again. */
const LONGEST_ON_FAILED_DISK_MS = 3_000;
const FIRST_WAIT_MS = 100;

/** A unit without the octets, which may be in the store or not. */
export type UnsettledUnit = Omit<IntakeUnit, 'body'>;

/** Nobody knows whether the unit is stored, or will be. `Settling.settle` may learn it later. */
export class OutcomeUnknown extends PostroomError {
  constructor(readonly unit: UnsettledUnit) {
    const { id } = unit.message;
    super(
      'store/unknown',
      `It is not known whether message ${id} was stored: the store's answer was lost, and the store could not be asked since.`,
      { message: id },
    );
  }
}

export class Settling implements Disposable {
  readonly #stopping = new AbortController();

  constructor(
    @MailStore private readonly store: MailStore,
    @StoreMaintenance private readonly maintenance: Pick<StoreMaintenance, 'trouble'>,
    @Clock private readonly clock: Clock,
  ) {}

  /** As MailStore.commit; what is unknown there is settled first, and rejects with OutcomeUnknown where that was in vain. */
  async commit(unit: IntakeUnit): Promise<IntakeResult> {
    try {
      return await this.store.commit(unit);
    } catch (error) {
      if (!hasCode(error, 'store/unknown')) throw error;
    }
    const { body, ...unsettled } = unit;
    const stored = await this.settle(unsettled);
    if (stored !== undefined) return stored;
    throw new PostroomError('store/failed', `Message ${body.id} was not stored: the store's answer to its commit was lost.`, {
      message: body.id,
    });
  }

  /**
   * Asks what became of a commit. `undefined`: nothing of it is stored, nor ever will be. Rejects with OutcomeUnknown where the store does not say for
   * half a minute, a few seconds where its disk failed, or the server stops.
   */
  async settle(unit: UnsettledUnit): Promise<IntakeResult | undefined> {
    const over = new JoinedAbort([this.#stopping.signal]);
    const began = this.clock.monotonic();
    const limit = this.clock.after(LONGEST_MS, () => over.abort());
    const isOver = whenAborted(over.signal);
    try {
      for (let wait = FIRST_WAIT_MS; !over.signal.aborted; wait *= 2) {
        const answer = await Promise.race([isOver, this.#ask(unit)]);
        if (answer !== undefined) return answer.outcome;
        if (this.#hasFailedDisk && this.clock.monotonic() - began >= LONGEST_ON_FAILED_DISK_MS) break;
        await pause(this.clock, wait, over.signal);
      }
      throw new OutcomeUnknown(unit);
    } finally {
      void limit.dispose();
      over.dispose();
    }
  }

  /** A store that is on another machine may be back at any moment. */
  get #hasFailedDisk(): boolean {
    const { trouble } = this.maintenance;
    return trouble !== undefined && !isStoreAway(trouble);
  }

  /** The server stops: nobody waits any longer. */
  dispose(): void {
    this.#stopping.abort();
  }

  /** `undefined` where the store cannot be asked now. */
  async #ask({ message }: UnsettledUnit): Promise<{ readonly outcome: IntakeResult | undefined } | undefined> {
    try {
      return { outcome: await this.store.outcome(message.id) };
    } catch {
      return undefined;
    }
  }
}
