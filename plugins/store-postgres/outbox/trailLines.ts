// What the trail of a message says of the tries to send it.
import type { DestinationReceipt, TrailEntry } from '@postroom/sdk';
import { groupBy, namesOf } from '@postroom/sdk/base';
import type { OutboxUpdate } from '@postroom/sdk/services';

/** By message. `messageOf`: of each entry that the updates are about. */
export function trailLines(
  updates: readonly OutboxUpdate[],
  messageOf: ReadonlyMap<number, number>,
): ReadonlyMap<number, readonly TrailEntry[]> {
  const lines = [...updates.filter(({ outcome }) => isDone(outcome)).map(endLine), ...doubtLines(updates, messageOf)];
  const byMessage = new Map<number, TrailEntry[]>();
  for (const { entry, line } of lines) {
    const message = messageOf.get(entry);
    if (message === undefined) continue;
    byMessage.set(message, [...(byMessage.get(message) ?? []), line]);
  }
  return byMessage;
}

/** It takes the entry out. */
export function isDone(outcome: OutboxUpdate['outcome']): boolean {
  return outcome === 'sent' || outcome === 'bounced';
}

interface EntryLine {
  readonly entry: number;
  readonly line: TrailEntry;
}

/** A failure without a notice did not bounce. */
function endLine({ id, receipt, outcome, untold }: OutboxUpdate): EntryLine {
  if (untold === undefined) return { entry: id, line: lineOf(`${outcome} ${receipt.recipient}`, receipt) };
  const text = `${receipt.text} (nobody was told: ${untold})`;
  return { entry: id, line: lineOf(`not sent ${receipt.recipient}`, { ...receipt, text }) };
}

/** A try that left recipients in doubt stands there once for all of them. */
function doubtLines(updates: readonly OutboxUpdate[], messageOf: ReadonlyMap<number, number>): readonly EntryLine[] {
  const doubtful = updates.filter((update) => update.doubtful === true);
  const together = groupBy(doubtful, ({ id, outcome }) => `${messageOf.get(id) ?? ''} ${outcome}`);
  return [...together.values()].flatMap((ofOne) => {
    const [first] = ofOne;
    if (first === undefined) return [];
    const change = `${first.outcome === 'held' ? 'hold' : 'in doubt'} ${namesOf(ofOne.map(({ receipt }) => receipt.recipient))}`;
    return [{ entry: first.id, line: lineOf(change, first.receipt) }];
  });
}

function lineOf(change: string, { status, text }: DestinationReceipt): TrailEntry {
  return { tap: 'postroom/outbox', change, reason: `${status} ${text}`.trim(), milliseconds: 0 };
}
