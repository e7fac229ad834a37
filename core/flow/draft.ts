// What was decided about a message, put together for its commit: the copies, the Outbox entries, and why. The same for a message that comes in and for one
// that is stored already. Pure.
import { type Disposition, isSameMailbox, type MailboxRef, type Rung, type TrailEntry } from '@postroom/sdk';
import type { CopyEdit } from '@postroom/sdk/base';
import type { Header } from '@postroom/sdk/mail';
import { decisionReason, editsOf } from '@postroom/sdk/mail';
import type { Decision, OutboxDraft, PlacementDraft } from '@postroom/sdk/services';

/** What copies are made from. */
export interface DraftParts {
  /** The message's own. */
  readonly header: Header;
  /** Lines on top of a copy. */
  readonly prefix: (decision: Decision) => Uint8Array;
  /** Names the content where a mailbox must not get the same mail twice. */
  readonly duplicateKey?: Uint8Array | undefined;
  /** The copies are wanted, duplicates or not. */
  readonly isWanted?: boolean;
  readonly outbox?: readonly OutboxDraft[];
}

export interface Draft {
  readonly disposition: Disposition;
  /** Why it does not go on; '' where it is delivered. */
  readonly reason: string;
  readonly rung: Rung | undefined;
  readonly trail: readonly TrailEntry[];
  readonly concealed: readonly CopyEdit[];
  readonly placements: readonly PlacementDraft[];
  readonly outbox: readonly OutboxDraft[];
}

/** The gravest wins where several accounts are concerned. */
const GRAVITY: readonly Disposition[] = ['deliver', 'discard', 'quarantine', 'hold'];
const NOTHING: readonly OutboxDraft[] = [];

/** `decisions`: one for each account that has a share in the message. */
export function draft(decisions: readonly Decision[], parts: DraftParts): Draft {
  const gravest = gravestOf(decisions);
  const disposition = gravest?.plan.disposition ?? 'deliver';
  return {
    disposition,
    reason: gravest === undefined || disposition === 'deliver' ? '' : decisionReason(gravest),
    rung: decisions.find(({ plan }) => plan.rung !== undefined)?.plan.rung,
    trail: decisions.flatMap(({ trail }) => trail),
    concealed: editsOf(parts.header, [...new Set(decisions.flatMap(({ plan }) => plan.concealed))]),
    placements: decisions.flatMap((decision, index) => placementsOf(decision, decisions.slice(0, index), parts)),
    outbox: parts.outbox ?? NOTHING,
  };
}

function gravestOf(decisions: readonly Decision[]): Decision | undefined {
  const gravityOf = ({ plan }: Decision): number => GRAVITY.indexOf(plan.disposition);
  return [...decisions].sort((a, b) => gravityOf(b) - gravityOf(a))[0];
}

/** A mailbox that several accounts name gets one copy, with the lines of the first. */
function placementsOf(decision: Decision, earlier: readonly Decision[], parts: DraftParts): readonly PlacementDraft[] {
  const { duplicateKey, isWanted = false } = parts;
  const hasCopy = (mailbox: MailboxRef): boolean =>
    earlier.some(({ mailboxes }) => mailboxes.some((other) => isSameMailbox(other, mailbox)));
  const mailboxes = decision.mailboxes.filter((mailbox) => !hasCopy(mailbox));
  if (mailboxes.length === 0) return [];
  const prefix = parts.prefix(decision);
  return mailboxes.map((mailbox) => ({ mailbox, prefix, duplicateKey, isWanted }));
}
