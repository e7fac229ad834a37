// What tries to send came to: who may say so, what counts, which entries are done, and what the trails of their messages say of it.

import { groupBy } from '../base/groupBy.js';
import { namesOf } from '../base/namesOf.js';
import type { DestinationReceipt } from '../delivering.js';
import { PostroomError } from '../errors.js';
import type { LeasedEntry, OutboxState, OutboxUpdate } from '../services/store/outbox.js';
import type { TrailEntry } from '../sorting.js';

/** No entry waits longer than this, and no try takes longer: one that would was put off before the clock was set back, and is due. */
export const LONGEST_WAIT_MS = 86_400_000;

/** An entry as its last try left it. */
export interface LastTry {
  readonly id: number;
  /** Number of its message. */
  readonly message_id: number;
  readonly recipient: string;
  /** Of the last try: it has the highest number, and what another one comes to does not count. */
  readonly lease: number | null;
  /** Of the try whose end was recorded last. */
  readonly reported: number | null;
}

/** A report, taken apart: what the store writes down of it, in one commit. */
export interface OutboxReport {
  /** Entries that go. With the last holder goes the message. */
  readonly done: readonly number[];
  /** Entries that are tried again, or held. */
  readonly stay: readonly OutboxUpdate[];
  /** By number of the message: lines for the end of its trail. */
  readonly trails: ReadonlyMap<number, readonly TrailEntry[]>;
}

/**
 * What counts of a report. `tries`: the entries that it is about, as far as they are there. What is gone is passed over, and what was reported before, by
 * somebody who did not hear that it was recorded, counts once. Throws `lease/lost` where another sender has one of them. `isAnswered`: a message is stored with it
 * that answers for all of it, and would a second time: then all of it has to count.
 */
export function readReport(updates: readonly OutboxUpdate[], tries: readonly LastTry[], isAnswered = false): OutboxReport {
  refuseTakenOver(updates, tries);
  const tryOf = new Map(tries.map((each) => [each.id, each]));
  const counting = updates.filter(({ id, lease }) => {
    const last = tryOf.get(id);
    return last !== undefined && (lease === undefined || last.reported !== lease);
  });
  const ended = isAnswered ? updates.filter((update) => !counting.includes(update)) : [];
  if (ended.length > 0) throw takenOver(ended.map(({ receipt }) => receipt.recipient));
  return {
    done: counting.filter(isDone).map(({ id }) => id),
    stay: counting.filter((update) => !isDone(update)),
    trails: trailsOf(counting, tryOf),
  };
}

/** Entries that are done let go of their messages. */
export function isDone({ outcome }: OutboxUpdate): boolean {
  return outcome === 'sent' || outcome === 'bounced';
}

/** Throws `lease/lost` where somebody else has tried one of the entries since. */
export function refuseTakenOver(entries: readonly LeasedEntry[], tries: readonly Pick<LastTry, 'id' | 'lease' | 'recipient'>[]): void {
  const tryOf = new Map(tries.map((each) => [each.id, each]));
  const lost = entries.flatMap(({ id, lease }) => {
    const last = tryOf.get(id);
    return last === undefined || lease === undefined || last.lease === lease ? [] : [last.recipient];
  });
  if (lost.length > 0) throw takenOver(lost);
}

/** What the former sender of an entry is told. */
export function takenOver(recipients: readonly string[]): PostroomError {
  const sentence = `Another sender has taken over the mail for ${namesOf(recipients)}: what this one came to was not recorded.`;
  return new PostroomError('lease/lost', sentence, { recipients });
}

/** What a sender is told who asks whether it may send what is no longer there to be sent. */
export function takenOut(): PostroomError {
  return new PostroomError(
    'mail/not-found',
    'The message was taken out of the Outbox, or put on hold, while it was being sent: it was not sent.',
  );
}

/**
 * Whether an entry asks for a round: nobody tried it, put it off or holds it. `undefined` while it is being sent, where its state says no more than that: it counts as
 * before.
 */
export function isUntried({ state, attempts }: { readonly state: OutboxState; readonly attempts: number }): boolean | undefined {
  return state === 'sending' ? undefined : attempts === 0 && state === 'waiting';
}

function trailsOf(updates: readonly OutboxUpdate[], tryOf: ReadonlyMap<number, LastTry>): ReadonlyMap<number, readonly TrailEntry[]> {
  const messageOf = ({ id }: OutboxUpdate): number => tryOf.get(id)?.message_id ?? 0;
  const ends = updates.filter(isDone).map((update) => ({ message: messageOf(update), line: endLine(update) }));
  const byMessage = groupBy([...ends, ...doubtLines(updates, messageOf)], ({ message }) => message);
  return new Map([...byMessage].map(([message, lines]) => [message, lines.map(({ line }) => line)]));
}

/** How a recipient's mail ended. A failure without a notice did not bounce. */
function endLine({ receipt, outcome, untold }: OutboxUpdate): TrailEntry {
  if (untold === undefined) return lineOf(`${outcome} ${receipt.recipient}`, receipt);
  return lineOf(`not sent ${receipt.recipient}`, { ...receipt, text: `${receipt.text} (nobody was told: ${untold})` });
}

/** A try that left recipients in doubt stands there once for all of them. */
function doubtLines(
  updates: readonly OutboxUpdate[],
  messageOf: (update: OutboxUpdate) => number,
): readonly { readonly message: number; readonly line: TrailEntry }[] {
  const doubtful = updates.filter((update) => update.doubtful === true);
  const together = groupBy(doubtful, (update) => `${messageOf(update)} ${update.outcome}`);
  return [...together.values()].flatMap((ofOne) => {
    const [first] = ofOne;
    if (first === undefined) return [];
    const change = `${first.outcome === 'held' ? 'hold' : 'in doubt'} ${namesOf(ofOne.map(({ receipt }) => receipt.recipient))}`;
    return [{ message: messageOf(first), line: lineOf(change, first.receipt) }];
  });
}

function lineOf(change: string, { status, text }: DestinationReceipt): TrailEntry {
  return { tap: 'postroom/outbox', change, reason: `${status} ${text}`.trim(), milliseconds: 0 };
}
