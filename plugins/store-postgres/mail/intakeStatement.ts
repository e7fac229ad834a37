// The statement that stores a group of messages, with those parts only that the group has rows for: each part is set up at every execution, whether it has rows or not.
import type { MailboxRef } from '@postroom/sdk';
import type { Fence, OutboxDraft } from '@postroom/sdk/services';
import { accountOf, type MessageColumns, needsCopy, SEEN_MS, userKey } from '@postroom/sdk/store';
import type { Prepared } from '../engine/database.js';
import { DATABASE_NOW } from '../engine/engineClock.js';
import { type Column, RowTable } from '../engine/rowTable.js';
import type { CopyDraft } from './copies.js';
import {
  type BodyPiece,
  COPY_ROW,
  type IntakeWork,
  JOURNAL_ROW,
  type JournalRow,
  OUTBOX_ROW,
  PIECE_ROW,
  REPLACING_ENTRY,
  seenKey,
} from './intakeUnit.js';
import { MESSAGE_ROW } from './messageRows.js';

export interface UnitRow {
  readonly work: IntakeWork;
  readonly columns: MessageColumns;
  /** Place of its lease among those of the group, from 1. */
  readonly fence: number | null;
}

interface CopyRow extends CopyDraft {
  /** Place of its mailbox among those of the group, from 1. */
  readonly box: number;
}

export interface BesideRow {
  readonly message: number;
  readonly key: Buffer;
}

/** What a group is made of. */
export interface GroupRows {
  readonly fences: readonly Fence[];
  readonly boxes: readonly MailboxRef[];
  readonly units: readonly UnitRow[];
  readonly copies: readonly CopyRow[];
  readonly besides: readonly BesideRow[];
  readonly pieces: readonly BodyPiece[];
  readonly queued: readonly { readonly message: number; readonly draft: OutboxDraft }[];
  readonly journals: readonly JournalRow[];
}

export interface IntakeStatement extends Prepared {
  /** `now`: of a test's clock. */
  values(now: number | null, rows: GroupRows): readonly unknown[];
}

const FENCE_ROW: readonly Column<Fence>[] = [
  ['name', 'text', ({ lease }) => lease],
  ['token', 'bigint', ({ token }) => token],
];
const BOX_ROW: readonly Column<MailboxRef>[] = [
  ['account', 'text', accountOf],
  ['user_key', 'text', userKey],
];
const UNIT_ROW: readonly Column<UnitRow>[] = [
  ...MESSAGE_ROW.map(([name, type, of]) => [name, type, ({ columns }: UnitRow) => of(columns)] as Column<UnitRow>),
  ['fence', 'integer', ({ fence }) => fence],
  ['needs_copy', 'boolean', ({ work: { unit } }) => needsCopy(unit)],
  ['takes_turns', 'boolean', ({ work: { unit, turns } }) => turns !== undefined && unit.surplus !== 'accounted for'],
];
const BESIDE_ROW: readonly Column<BesideRow>[] = [
  ['message_id', 'bigint', ({ message }) => message],
  ['key', 'bytea', ({ key }) => key],
];
const MESSAGE = MESSAGE_ROW.map(([column]) => column).join(', ');

/** Parts that a group may do without. */
interface Parts {
  readonly fences: boolean;
  /** Copies of which a mailbox takes one. */
  readonly keys: boolean;
  readonly besides: boolean;
  readonly queued: boolean;
  readonly journals: boolean;
}

const known = new Map<string, IntakeStatement>();

export function intakeStatement({ fences, copies, besides, queued, journals }: GroupRows): IntakeStatement {
  const parts: Parts = {
    fences: fences.length > 0,
    keys: copies.some(({ draft }) => draft.duplicateKey !== undefined),
    besides: besides.length > 0,
    queued: queued.length > 0,
    journals: journals.length > 0,
  };
  const name = ['intake', ...Object.entries(parts).flatMap(([part, isThere]) => (isThere ? [part] : []))].join('-');
  const statement = known.get(name) ?? build(name, parts);
  known.set(name, statement);
  return statement;
}

/** Keys of what may meet the same of another statement are written in their order, so that no two wait for each other. */
function build(name: string, parts: Parts): IntakeStatement {
  let next = 2;
  const tables: ((rows: GroupRows) => readonly Buffer[])[] = [];
  const table = <R>(alias: string, columns: readonly Column<R>[], of: (rows: GroupRows) => readonly R[]): string => {
    const made = new RowTable(alias, columns, next);
    next = made.next;
    tables.push((rows) => made.values(of(rows)));
    return made.sql;
  };
  const when = (part: keyof Parts, sql: () => string): string => (parts[part] ? sql() : '');
  const text = `
WITH clock AS MATERIALIZED (SELECT coalesce($1::bigint, ${DATABASE_NOW}) AS now),
${when(
  'fences',
  () => `held AS MATERIALIZED (
  SELECT fence.n FROM ${table('fence', FENCE_ROW, (rows) => rows.fences)}
    JOIN lease ON lease.name = fence.name AND lease.token = fence.token FOR SHARE OF lease),`,
)}
mailboxes AS MATERIALIZED (
  SELECT box.n, mailbox.id FROM ${table('box', BOX_ROW, (rows) => rows.boxes)}
    JOIN mailbox ON mailbox.account = box.account AND mailbox.user_key = box.user_key ORDER BY mailbox.id FOR KEY SHARE OF mailbox),
copies AS MATERIALIZED (
  SELECT copy.*, mailboxes.id AS mailbox_id, ${parts.keys ? seenKey('mailboxes.id', 'copy.duplicate_key') : 'NULL::bytea'} AS key
    FROM ${table('copy', [...COPY_ROW, ['box', 'integer', ({ box }) => box]] as readonly Column<CopyRow>[], (rows) => rows.copies)}
      LEFT JOIN mailboxes ON mailboxes.n = copy.box),
units AS MATERIALIZED (
  SELECT unit.* FROM ${table('unit', UNIT_ROW, (rows) => rows.units)}
    WHERE ${when('fences', () => '(fence IS NULL OR fence IN (SELECT n FROM held)) AND')} id NOT IN (SELECT message_id FROM copies WHERE mailbox_id IS NULL)),
${when(
  'keys',
  () => `claims AS (
  INSERT INTO seen (key, at, message_id)
    SELECT DISTINCT ON (key) key, clock.now, message_id FROM copies, clock
      WHERE key IS NOT NULL AND message_id IN (SELECT id FROM units) ORDER BY key, n
    ON CONFLICT (key) DO UPDATE SET at = excluded.at, message_id = excluded.message_id WHERE seen.at <= excluded.at - ${SEEN_MS}
    RETURNING key, message_id),`,
)}
placed AS MATERIALIZED (
  SELECT * FROM copies
    WHERE ${when('keys', () => '(key IS NULL OR (key, message_id) IN (SELECT key, message_id FROM claims)) AND')} message_id IN (SELECT id FROM units)),
stored AS (
  INSERT INTO message (${MESSAGE}, gone_at)
    SELECT ${MESSAGE}, CASE WHEN needs_copy AND id NOT IN (SELECT message_id FROM placed) THEN clock.now END
      FROM units, clock WHERE NOT takes_turns OR id IN (SELECT message_id FROM placed)
    RETURNING id, gone_at),
placements AS (
  INSERT INTO placement (mailbox_id, message_id, prefix, concealed, size, tag, seen_key, placed_at)
    SELECT mailbox_id, message_id, prefix, concealed, size, tag, key, clock.now FROM placed, clock ORDER BY n),
${when(
  'besides',
  () => `besides AS (
  INSERT INTO seen (key, at, message_id)
    SELECT DISTINCT ON (key) key, clock.now, message_id FROM ${table('beside', BESIDE_ROW, (rows) => rows.besides)}, clock
      WHERE message_id IN (SELECT message_id FROM placed) ORDER BY key, n
    ON CONFLICT (key) DO UPDATE SET at = excluded.at, message_id = excluded.message_id),`,
)}
${when(
  'queued',
  () => `entries AS (
  INSERT INTO outbox (message_id, account, sender, recipient, prefix, dsn, state, queued_at, next_try_at)
    SELECT message_id, account, sender, recipient, prefix, dsn, 'waiting', clock.now, clock.now
      FROM ${table('queued', OUTBOX_ROW, (rows) => rows.queued)}, clock WHERE message_id IN (SELECT id FROM stored) ORDER BY n
    RETURNING id, message_id),`,
)}
${when(
  'journals',
  () => `journals AS (
  INSERT INTO journal (account, uidl, state, listed_size, since, attempts, content_key, header_print)
    SELECT account, uidl, 'stored', listed_size, clock.now, 0, content_key, header_print
      FROM ${table('noted', JOURNAL_ROW, (rows) => rows.journals)}, clock WHERE message_id IN (SELECT id FROM stored) ORDER BY account, uidl
    ${REPLACING_ENTRY}),`,
)}
pieces AS (
  INSERT INTO chunk (message_id, piece, octets)
    SELECT message_id, piece, octets FROM ${table('piece', PIECE_ROW, (rows) => rows.pieces)} WHERE message_id IN (SELECT id FROM stored WHERE gone_at IS NULL))
SELECT clock.now, (SELECT json_agg(id) FROM stored)::text AS stored, (SELECT json_agg(n) FROM placed)::text AS placed,
  ${parts.fences ? '(SELECT json_agg(n) FROM held)::text' : 'NULL'} AS held,
  ${parts.queued ? '(SELECT json_agg(json_build_array(id, message_id)) FROM entries)::text' : 'NULL'} AS queued FROM clock`;
  return { name, text, values: (now, rows) => [now, ...tables.flatMap((values) => values(rows))] };
}
