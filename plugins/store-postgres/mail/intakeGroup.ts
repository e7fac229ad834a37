// The product's heart: many messages in one statement, which is one commit. It decides in the database what only the database can know: whether the lease still
// holds, which mailbox has the name, and who had the same content before, on whichever server.
import type { MailboxRef } from '@postroom/sdk';
import type { Fence } from '@postroom/sdk/services';
import { mailboxKey, messageColumns, type QueuedEntry } from '@postroom/sdk/store';
import type { Database } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { type BesideRow, type GroupRows, intakeStatement, type UnitRow } from './intakeStatement.js';
import type { IntakeWork, Stored } from './intakeUnit.js';

/**
 * What became of a unit of the group, and of all of it. `mailbox missing`: it was renamed, or is new, and has to be made. `alone`: every copy is one too
 * many, and what becomes of it is not decided in a group. Nothing of such a unit is stored.
 */
export type GroupOutcome = Stored | 'lease lost' | 'mailbox missing' | 'alone';

interface GroupRow {
  readonly now: number;
  readonly stored: string | null;
  readonly placed: string | null;
  readonly held: string | null;
  readonly queued: string | null;
}

/** Answers what became of each. Rejects with nothing of any of them stored, or with `store/unknown`. */
export async function storeGroup(database: Database, works: readonly IntakeWork[], clock: EngineClock): Promise<readonly GroupOutcome[]> {
  const fences = placesOf<Fence>(({ lease, token }) => `${lease}\n${token}`);
  const boxes = placesOf<MailboxRef>(mailboxKey);
  const units = works.map((work) => ({
    work,
    columns: messageColumns(work.number, work.unit.message),
    fence: work.unit.fence === undefined ? null : fences.of(work.unit.fence),
  }));
  const copies = works.flatMap((work) => work.copies.map((copy) => ({ ...copy, box: boxes.of(copy.draft.mailbox) })));
  const rows: GroupRows = {
    fences: fences.all,
    boxes: boxes.all,
    units,
    copies,
    besides: works.flatMap(besideOf),
    pieces: works.flatMap(({ pieces }) => pieces),
    queued: works.flatMap(({ number, unit }) => unit.outbox.map((draft) => ({ message: number, draft }))),
    journals: works.flatMap(({ number, unit: { journal, message } }) => (journal === undefined ? [] : { number, message, journal })),
  };
  const statement = intakeStatement(rows);
  const [row] = await database.write<GroupRow>(statement, statement.values(clock.given, rows), works.length);
  return outcomesOf(units, row);
}

function besideOf({ number, unit, turns }: IntakeWork): readonly BesideRow[] {
  return turns !== undefined && unit.surplus === 'accounted for' ? [{ message: number, key: turns.besideKey }] : [];
}

function outcomesOf(units: readonly UnitRow[], row: GroupRow | undefined): readonly GroupOutcome[] {
  const stored = new Set(numbersIn(row?.stored));
  const held = new Set(numbersIn(row?.held));
  const placed = new Set(numbersIn(row?.placed));
  const queued = JSON.parse(row?.queued ?? '[]') as [id: number, message: number][];
  const entriesOf = new Map<number, QueuedEntry[]>();
  for (const [id, message] of queued) {
    entriesOf.set(message, [...(entriesOf.get(message) ?? []), { id, message, queuedAt: row?.now ?? 0, isUntried: true }]);
  }
  let next = 1;
  return units.map(({ work: { number, copies: drafts, turns }, fence }): GroupOutcome => {
    const first = next;
    next += drafts.length;
    if (fence !== null && !held.has(fence)) return 'lease lost';
    if (!stored.has(number)) return turns === undefined || drafts.length === 0 ? 'mailbox missing' : 'alone';
    const mailboxes = (wanted: boolean): readonly MailboxRef[] =>
      drafts.filter((_, index) => placed.has(first + index) === wanted).map(({ draft }) => draft.mailbox);
    return { result: { placed: mailboxes(true), duplicates: mailboxes(false) }, queued: entriesOf.get(number) ?? [] };
  });
}

function numbersIn(text: string | null | undefined): readonly number[] {
  return JSON.parse(text ?? '[]') as readonly number[];
}

/** Each value once, and its place among them. */
function placesOf<T>(keyOf: (value: T) => string): { readonly all: T[]; of(value: T): number } {
  const places = new Map<string, number>();
  const all: T[] = [];
  return {
    all,
    of(value) {
      const key = keyOf(value);
      const known = places.get(key);
      if (known !== undefined) return known;
      all.push(value);
      places.set(key, all.length);
      return all.length;
    },
  };
}
