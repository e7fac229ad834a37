// What one message changes, as one unit for the commit. Pure.
import { type Disposition, isSameMailbox, type MailboxRef, type MailView, type SortPlan, type TrailEntry } from '@postroom/sdk';
import { editsOf, stateOf } from '@postroom/sdk/mail';
import type { IntakeUnit, OutboxDraft, PlacementDraft, StoredMessage, Submission } from '@postroom/sdk/services';
import { messageIdOf } from '../mail/duplicateKey.js';
import type { ReadMessage } from './readMessage.js';

/** What was decided for one account: the plan, and the mailboxes that take their copy now. */
export interface Decision {
  readonly plan: SortPlan;
  readonly trail: readonly TrailEntry[];
  readonly mailboxes: readonly MailboxRef[];
}

export interface UnitParts {
  /** Account that the message is filed under. */
  readonly account: string | undefined;
  /** Lines on top of a copy. */
  readonly prefix: (decision: Decision) => Uint8Array;
  readonly journal: IntakeUnit['journal'];
  readonly outbox: readonly OutboxDraft[];
  /** What a client submitted, for a message that has to wait. */
  readonly submission?: Submission;
}

/** Characters of From and Subject that lists show. */
const SHOWN = 200;
/** The gravest wins where several accounts are concerned. */
const GRAVITY: readonly Disposition[] = ['deliver', 'discard', 'quarantine', 'hold'];

/** Puts a message, its copies and its Outbox entries together. A message that fetched copies of it made before is known by its duplicate key. */
export function draftUnit(
  mail: MailView,
  incoming: ReadMessage,
  decisions: readonly Decision[],
  parts: UnitParts,
): Omit<IntakeUnit, 'body'> {
  const plans = decisions.map((decision) => decision.plan);
  const gravityOf = ({ plan }: Decision): number => GRAVITY.indexOf(plan.disposition);
  const gravest = [...decisions].sort((a, b) => gravityOf(b) - gravityOf(a))[0];
  const message: StoredMessage = {
    id: mail.id,
    origin: mail.origin,
    account: parts.account,
    author: mail.author,
    envelopeFrom: mail.envelope.from,
    envelopeRecipients: mail.envelope.recipients,
    uidl: parts.journal?.uidl,
    receivedAt: mail.receivedAt,
    size: mail.size,
    headerSize: incoming.header.size,
    contentHash: incoming.contentHash,
    messageId: messageIdOf(incoming.header),
    from: (mail.header('from') ?? '').slice(0, SHOWN),
    subject: (mail.header('subject') ?? '').slice(0, SHOWN),
    disposition: gravest?.plan.disposition ?? 'deliver',
    reason: gravest === undefined || gravest.plan.disposition === 'deliver' ? '' : reasonOf(gravest),
    rung: plans.find((plan) => plan.rung !== undefined)?.rung,
    trail: decisions.flatMap((decision) => decision.trail),
    concealed: editsOf(incoming.header, [...new Set(plans.flatMap((plan) => plan.concealed))]),
    submission: parts.submission && { client: parts.submission.client, dsn: parts.submission.dsn, recipients: parts.submission.recipients },
  };
  return {
    message,
    placements: decisions.flatMap((decision, index) =>
      decision.mailboxes
        .filter((mailbox) => !decisions.slice(0, index).some((earlier) => earlier.mailboxes.some((other) => isSameMailbox(other, mailbox))))
        .map((mailbox) => placement(decision, mailbox, mail, incoming, parts)),
    ),
    outbox: parts.outbox,
    journal: parts.journal,
  };
}

function placement(decision: Decision, mailbox: MailboxRef, mail: MailView, incoming: ReadMessage, parts: UnitParts): PlacementDraft {
  return { mailbox, prefix: parts.prefix(decision), duplicateKey: mail.origin === 'fetched' ? incoming.duplicateKey : undefined };
}

/** Why a message does not go on: what the last tap said that decided so. Later taps may have said other things. Where no tap did, the last word. */
export function reasonOf({ plan, trail }: Pick<Decision, 'plan' | 'trail'>): string {
  const decisive = trail.filter(({ change }) => change.split(', ').includes(plan.disposition)).at(-1);
  return decisive?.reason ?? stateOf(plan).notes.at(-1) ?? '';
}
