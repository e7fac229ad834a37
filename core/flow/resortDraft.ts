// What a new sorting changes about a stored message, for the commit. Pure.
import type { MailboxRef } from '@postroom/sdk';
import { editsOf, type Header } from '@postroom/sdk/mail';
import type { ResortChange, StoredMessage } from '@postroom/sdk/services';
import { fetchedPrefix } from '../mail/prefix.js';
import type { Decision } from './draftUnit.js';

export interface ResortParts {
  /** This server's host name. */
  readonly host: string;
  readonly header: Header;
  /** Names the content for duplicates. */
  readonly duplicateKey?: Uint8Array;
  /** The copies are wanted, duplicates or not. */
  readonly isWanted?: boolean;
  /** Mailboxes that should not have it. */
  readonly recall?: readonly MailboxRef[];
  readonly outbox?: ResortChange['outbox'];
}

/** The copies of `decision.mailboxes` are added; the trail goes on where it ended. */
export function resortDraft(message: StoredMessage, decision: Decision, parts: ResortParts): ResortChange {
  const { plan, trail, mailboxes } = decision;
  const { host, header, duplicateKey, isWanted = false, recall = [], outbox = [] } = parts;
  const origin = { id: message.id, host, receivedAt: message.receivedAt, header, plan, server: plan.account.address };
  return {
    from: message.disposition,
    disposition: plan.disposition,
    reason: plan.disposition === 'deliver' ? '' : message.reason,
    rung: plan.rung,
    trail: [...message.trail, ...trail],
    concealed: editsOf(header, plan.concealed),
    add: mailboxes.map((mailbox) => ({ mailbox, prefix: fetchedPrefix(origin), duplicateKey, isWanted })),
    recall,
    outbox,
  };
}
