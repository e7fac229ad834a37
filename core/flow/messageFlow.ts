// The way of a message, the same for all mail:
//
//   fetched mail    intake/fetchedMail.ts    --\
//   submitted mail  intake/submissionFlow.ts ---+-- read -- sort -- place -- draft -- commit --+-- mailboxes
//   own mail        intake/ownMail.ts        --/     |                                          \-- Outbox -- sending/
//   held mail       held/heldMail.ts         -- readAgain
//
// In the callers it reads as three calls: `read`, then `place(sort(...))` for each account that has a share, then `commit(draft(...))`.
import type { Accepted, AccountView, MailboxRef, MailView } from '@postroom/sdk';
import { Clock, type Decision, Events, type IntakeResult, MailStore, type Sorted, type StoredMessage } from '@postroom/sdk/services';
import { hasCode } from '../base/hasCode.js';
import { inject } from '../base/inject.js';
import { changeOf, type NewMailDraft, unitOf } from './commitUnit.js';
import { DeliverStep } from './deliver.js';
import type { Draft } from './draft.js';
import { DiskSpace } from './intake/diskSpace.js';
import { IntakeLog } from './intake/intakeLog.js';
import { readMessage } from './intake/readMessage.js';
import { type IntakeSource, StagedMail } from './intake/stagedMail.js';
import { Settling, type UnsettledUnit } from './settling.js';
import { SortStep } from './sort.js';
import { StoredMail } from './views/storedMail.js';

const NOBODY: readonly string[] = [];
const NO_MAILBOXES: readonly MailboxRef[] = [];

export class MessageFlow {
  constructor(
    @MailStore private readonly store: MailStore,
    @inject(Settling) private readonly settling: Settling,
    @inject(SortStep) private readonly sorting: SortStep,
    @inject(DeliverStep) private readonly delivering: DeliverStep,
    @inject(DiskSpace) private readonly disk: DiskSpace,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @inject(IntakeLog) private readonly log: IntakeLog,
  ) {}

  /**
   * Reads a message to its end and stages it; `commit` ends that. Rejects with what keeps the store from taking mail (DiskSpace.trouble), else with what
   * the source or the store rejects with; nothing is staged then.
   */
  async read(octets: AsyncIterable<Uint8Array>, source: IntakeSource): Promise<StagedMail> {
    const trouble = await this.disk.trouble();
    if (trouble !== undefined) throw trouble;
    const body = await this.store.stage();
    try {
      const content = await readMessage(octets, body, source.mode);
      return new StagedMail(body, content, source, this.clock.now());
    } catch (error) {
      await body.discard();
      throw error;
    }
  }

  /** Reads the header of a message that is stored here, to sort it again. */
  readAgain(message: StoredMessage): Promise<StoredMail> {
    return StoredMail.read(message, this.store);
  }

  /** onSort for one account. `outside`: envelope recipients that leave through its ISP. Never rejects: where a tap fails the plan is on hold. */
  sort(account: AccountView, mail: MailView, outside = NOBODY): Promise<Sorted> {
    return this.sorting.sort(account, mail, outside);
  }

  /** onDeliver: which of the plan's mailboxes take their copy now. Where one does not, the plan is on hold. Never rejects. */
  async place({ plan, trail }: Sorted, mail: MailView): Promise<Decision> {
    if (plan.disposition !== 'deliver') {
      return { plan, trail, mailboxes: NO_MAILBOXES };
    }
    const { mailboxes, waiting } = await this.delivering.local(mail, plan.mailboxes);
    return { plan: waiting === undefined ? plan : plan.hold(waiting), trail, mailboxes };
  }

  /**
   * One commit for all that the message brings. Takes the draft while it is still being made: the staged message is discarded where that fails, as where the
   * store refuses. Rejects with nothing stored, or with OutcomeUnknown.
   */
  async commit(mail: StagedMail, draft: Promise<NewMailDraft>): Promise<Accepted> {
    try {
      const unit = unitOf(mail, await draft);
      return this.#taken(unit, await this.settling.commit(unit));
    } catch (error) {
      // Of a message that may be stored the octets stay.
      if (!hasCode(error, 'store/unknown')) await mail.body.discard();
      throw error;
    }
  }

  /** Asks once more what became of a commit: as `commit`, or `undefined` where nothing of it is stored, nor ever will be. */
  async settle(unit: UnsettledUnit): Promise<Accepted | undefined> {
    const result = await this.settling.settle(unit);
    return result && this.#taken(unit, result);
  }

  /**
   * The same for a message that is stored here; `recall`: mailboxes that should not have it. Answers who got a copy, or `undefined`, with nothing changed,
   * where somebody else was faster, such as a round while an administrator released it. Rejects with `store/unknown` where the store's answer was lost: another
   * try begins with what is stored then, and gives no mailbox a second copy.
   */
  async commitAgain(message: StoredMessage, draft: Draft, recall = NO_MAILBOXES): Promise<readonly MailboxRef[] | undefined> {
    const done = await this.store.resort(message.id, changeOf(message, draft, recall));
    if (done === undefined) return undefined;
    this.events.emit({ type: 'accepted', message: message.id, origin: 'resorted', mailboxes: done.placed });
    return done.placed;
  }
  #taken(unit: UnsettledUnit, { placed, duplicates, formerUidl, isSurplus }: IntakeResult): Accepted {
    const { id, origin, size, disposition } = unit.message;
    this.events.emit({ type: 'accepted', message: id, origin, mailboxes: placed });
    this.log.taken(unit, placed, isSurplus === true);
    return { id, size, mailboxes: placed, duplicates: duplicates.length, disposition, ...(formerUidl !== undefined && { formerUidl }) };
  }
}
