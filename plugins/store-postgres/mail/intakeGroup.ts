// The product's heart: many messages in one statement, which is one commit. It decides in the database what only the database can know: whether the lease still
// holds, which mailbox has the name, and who had the same content before, on whichever server.
import type { MailboxRef } from '@postroom/sdk';
import type { Fence } from '@postroom/sdk/services';
import {
  accountOf,
  type MessageColumns,
  mailboxKey,
  messageColumns,
  needsCopy,
  type QueuedEntry,
  SEEN_MS,
  userKey,
} from '@postroom/sdk/store';
import type { Database } from '../engine/database.js';
import { DATABASE_NOW, type EngineClock } from '../engine/engineClock.js';
import { type Column, RowTable } from '../engine/rowTable.js';
import type { CopyDraft } from './copies.js';
import { COPY_ROW, type IntakeWork, JOURNAL_ROW, OUTBOX_ROW, PIECE_ROW, REPLACING_ENTRY, type Stored, seenKey } from './intakeUnit.js';
import { MESSAGE_ROW } from './messageRows.js';

/**
 * What became of a unit of the group, and of all of it. `mailbox missing`: it was renamed, or is new, and has to be made. `alone`: every copy is one too
 * many, and what becomes of it is not decided in a group. Nothing of such a unit is stored.
 */
export type GroupOutcome = Stored | 'lease lost' | 'mailbox missing' | 'alone';

interface UnitRow {
  readonly work: IntakeWork;
  readonly columns: MessageColumns;
  /** Place of its lease among those of the group, from 1. */
  readonly fence: number | null;
}

interface CopyRow extends CopyDraft {
  /** Place of its mailbox among those of the group, from 1. */
  readonly box: number;
}

interface BesideRow {
  readonly message: number;
  readonly key: Buffer;
}

const FENCES = new RowTable<Fence>(
  'fence',
  [
    ['name', 'text', ({ lease }) => lease],
    ['token', 'bigint', ({ token }) => token],
  ],
  2,
);
const BOXES = new RowTable<MailboxRef>(
  'box',
  [
    ['account', 'text', accountOf],
    ['user_key', 'text', userKey],
  ],
  FENCES.next,
);
const UNITS = new RowTable<UnitRow>(
  'unit',
  [
    ...MESSAGE_ROW.map(([name, type, of]) => [name, type, ({ columns }: UnitRow) => of(columns)] as Column<UnitRow>),
    ['fence', 'integer', ({ fence }) => fence],
    ['needs_copy', 'boolean', ({ work: { unit } }) => needsCopy(unit)],
    ['takes_turns', 'boolean', ({ work: { unit, turns } }) => turns !== undefined && unit.surplus !== 'accounted for'],
  ],
  BOXES.next,
);
const COPIES = new RowTable<CopyRow>('copy', [...COPY_ROW, ['box', 'integer', ({ box }) => box]], UNITS.next);
const BESIDE = new RowTable<BesideRow>(
  'beside',
  [
    ['message_id', 'bigint', ({ message }) => message],
    ['key', 'bytea', ({ key }) => key],
  ],
  COPIES.next,
);
const PIECES = new RowTable('piece', PIECE_ROW, BESIDE.next);
const QUEUED = new RowTable('queued', OUTBOX_ROW, PIECES.next);
const JOURNAL = new RowTable('noted', JOURNAL_ROW, QUEUED.next);

/** Keys of what may meet the same of another statement are written in their order, so that no two wait for each other. */
const INTAKE = {
  name: 'intake',
  text: `
WITH clock AS MATERIALIZED (SELECT coalesce($1::bigint, ${DATABASE_NOW}) AS now),
held AS MATERIALIZED (
  SELECT fence.n FROM ${FENCES.sql} JOIN lease ON lease.name = fence.name AND lease.token = fence.token FOR SHARE OF lease),
mailboxes AS MATERIALIZED (
  SELECT box.n, mailbox.id FROM ${BOXES.sql} JOIN mailbox ON mailbox.account = box.account AND mailbox.user_key = box.user_key
    ORDER BY mailbox.id FOR KEY SHARE OF mailbox),
copies AS MATERIALIZED (
  SELECT copy.*, mailboxes.id AS mailbox_id, ${seenKey('mailboxes.id', 'copy.duplicate_key')} AS key
    FROM ${COPIES.sql} LEFT JOIN mailboxes ON mailboxes.n = copy.box),
units AS MATERIALIZED (
  SELECT unit.* FROM ${UNITS.sql}
    WHERE (fence IS NULL OR fence IN (SELECT n FROM held)) AND id NOT IN (SELECT message_id FROM copies WHERE mailbox_id IS NULL)),
claims AS (
  INSERT INTO seen (key, at, message_id)
    SELECT DISTINCT ON (key) key, clock.now, message_id FROM copies, clock
      WHERE key IS NOT NULL AND message_id IN (SELECT id FROM units) ORDER BY key, n
    ON CONFLICT (key) DO UPDATE SET at = excluded.at, message_id = excluded.message_id WHERE seen.at <= excluded.at - ${SEEN_MS}
    RETURNING key, message_id),
placed AS MATERIALIZED (
  SELECT * FROM copies
    WHERE (key IS NULL OR (key, message_id) IN (SELECT key, message_id FROM claims)) AND message_id IN (SELECT id FROM units)),
stored AS (
  INSERT INTO message (${MESSAGE_ROW.map(([column]) => column).join(', ')}, gone_at)
    SELECT ${MESSAGE_ROW.map(([column]) => column).join(', ')}, CASE WHEN needs_copy AND id NOT IN (SELECT message_id FROM placed) THEN clock.now END
      FROM units, clock WHERE NOT takes_turns OR id IN (SELECT message_id FROM placed)
    RETURNING id, gone_at),
placements AS (
  INSERT INTO placement (mailbox_id, message_id, prefix, concealed, size, tag, seen_key, placed_at)
    SELECT mailbox_id, message_id, prefix, concealed, size, tag, key, clock.now FROM placed, clock ORDER BY n),
besides AS (
  INSERT INTO seen (key, at, message_id)
    SELECT DISTINCT ON (key) key, clock.now, message_id FROM ${BESIDE.sql}, clock WHERE message_id IN (SELECT message_id FROM placed) ORDER BY key, n
    ON CONFLICT (key) DO UPDATE SET at = excluded.at, message_id = excluded.message_id),
pieces AS (
  INSERT INTO chunk (message_id, piece, octets)
    SELECT message_id, piece, octets FROM ${PIECES.sql} WHERE message_id IN (SELECT id FROM stored WHERE gone_at IS NULL)),
entries AS (
  INSERT INTO outbox (message_id, account, sender, recipient, prefix, dsn, state, queued_at, next_try_at)
    SELECT message_id, account, sender, recipient, prefix, dsn, 'waiting', clock.now, clock.now FROM ${QUEUED.sql}, clock
      WHERE message_id IN (SELECT id FROM stored) ORDER BY n
    RETURNING id, message_id),
journals AS (
  INSERT INTO journal (account, uidl, state, listed_size, since, attempts, content_key, header_print)
    SELECT account, uidl, 'stored', listed_size, clock.now, 0, content_key, header_print FROM ${JOURNAL.sql}, clock
      WHERE message_id IN (SELECT id FROM stored) ORDER BY account, uidl
    ${REPLACING_ENTRY})
SELECT clock.now, (SELECT json_agg(id) FROM stored)::text AS stored, (SELECT json_agg(n) FROM placed)::text AS placed,
  (SELECT json_agg(n) FROM held)::text AS held, (SELECT json_agg(json_build_array(id, message_id)) FROM entries)::text AS queued FROM clock`,
};

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
  const values = [
    clock.given,
    ...FENCES.values(fences.all),
    ...BOXES.values(boxes.all),
    ...UNITS.values(units),
    ...COPIES.values(copies),
    ...BESIDE.values(works.flatMap(besideOf)),
    ...PIECES.values(works.flatMap(({ pieces }) => pieces)),
    ...QUEUED.values(works.flatMap(({ number, unit }) => unit.outbox.map((draft) => ({ message: number, draft })))),
    ...JOURNAL.values(
      works.flatMap(({ number, unit: { journal, message } }) => (journal === undefined ? [] : { number, message, journal })),
    ),
  ];
  const [row] = await database.write<GroupRow>(INTAKE, values, works.length);
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
