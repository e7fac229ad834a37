// When a copy is one too many. Every store decides by these rules, whichever of its servers took the message in; how it makes sure that two of them do not decide at
// once is the engine's matter.
import { createHash } from 'node:crypto';
import type { IntakeUnit } from '../services/store/mailStore.js';

/** A mailbox that took the same content this long ago takes it again. */
export const SEEN_MS = 7 * 86_400_000;

/** Copies of one message that are octet for octet the same come together; what comes later is a message that was read before. */
const SAME_OCTETS_MS = 86_400_000;

/** Names a content in a mailbox, whose number is `mailbox`: 16 octets. */
export function seenKeyOf(mailbox: number, duplicateKey: Uint8Array): Buffer {
  return sixteenOctets(`${mailbox}:`, duplicateKey);
}

/** First 16 octets of a content hash (hex): by it the journal knows a message that its ISP lists under another UIDL. */
export function contentKey(contentHash: string): Buffer {
  return Buffer.from(contentHash.slice(0, 32), 'hex');
}

/**
 * Whether the message is nobody's where no copy of it is placed: its trace is all that stays then. One without any destination is no duplicate, and one that
 * is to be sent, or was set aside, stays.
 */
export function needsCopy({ placements, outbox, message }: Pick<IntakeUnit, 'placements' | 'outbox' | 'message'>): boolean {
  return placements.length > 0 && outbox.length === 0 && message.disposition === 'deliver';
}

/** Under which names the copies of one content are noted that reached no new recipient, in the order in which they come. */
export interface CopyTurns {
  /** One more than recipients. */
  readonly keys: readonly Buffer[];
  /** Noted where the copy that reached somebody was none of those that the header accounts for. */
  readonly besideKey: Buffer;
}

/** `undefined` where it is known whose copy it is. */
export function copyTurnsOf({ surplus, message, placements }: IntakeUnit): CopyTurns | undefined {
  const duplicateKey = placements[0]?.duplicateKey;
  if (surplus === undefined || duplicateKey === undefined) return undefined;
  const keyOf = (what: string): Buffer => sixteenOctets(`${what} of ${message.account}:`, duplicateKey);
  const recipients = surplus === 'accounted for' ? -1 : surplus.recipients;
  return { keys: Array.from({ length: recipients + 1 }, (_, turn) => keyOf(`copy ${turn}`)), besideKey: keyOf('beside') };
}

/** What is known when a message has found its mailboxes. */
export interface TurnFacts {
  readonly unit: IntakeUnit;
  readonly turns: CopyTurns;
  /** How many of its copies are placed, and how many are left out as their mailboxes took the same content. */
  readonly placed: number;
  readonly duplicates: number;
  /** The message that brought the content into the first of its mailboxes within the time that counts; `undefined` where none did. */
  readonly first: { readonly ageMs: number; readonly contentHash: string | undefined } | undefined;
  /** Whether a key of the turns was noted within the time that counts. */
  readonly isNoted: (key: Buffer) => boolean;
}

/**
 * Which name a copy is noted under, and whether it is the one that is one more than the header accounts for, so that it goes where the unit's surplus says.
 * `undefined`: nothing is noted, and it is not.
 */
export function copyTurn({ unit, turns, placed, duplicates, first, isNoted }: TurnFacts): { key: Buffer; isSurplus: boolean } | undefined {
  const { keys, besideKey } = turns;
  if (first === undefined) return undefined;
  if (unit.surplus === 'accounted for') return placed > 0 ? { key: besideKey, isSurplus: false } : undefined;
  if (placed > 0 || duplicates === 0) return undefined;
  // The same octets long after: an ISP that brings back what was deleted.
  if (first.contentHash === unit.message.contentHash && first.ageMs > SAME_OCTETS_MS) return undefined;
  // One recipient had the copy that reached somebody, unless it came beside theirs.
  const surplus = isNoted(besideKey) ? keys.length - 1 : keys.length - 2;
  const turn = keys.findIndex((key) => !isNoted(key));
  const key = turn > surplus ? undefined : keys[turn];
  return key && { key, isSurplus: turn === surplus };
}

function sixteenOctets(name: string, octets: Uint8Array): Buffer {
  return createHash('sha256').update(name).update(octets).digest().subarray(0, 16);
}
