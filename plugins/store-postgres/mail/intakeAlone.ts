// A message that is stored by itself, in a transaction of several statements: what was too large for memory, what may be a copy too many or known under another
// UIDL, a bounce and a notice, which answer for something.
import type { IntakeUnit, StoredMessage } from '@postroom/sdk/services';
import { contentKey, copyTurn, messageColumns, needsCopy, SEEN_MS } from '@postroom/sdk/store';
import type { Statements } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { checkFence } from '../engine/leases.js';
import { RowTable } from '../engine/rowTable.js';
import { noteNotice } from '../records/waitingRows.js';
import { copyDrafts } from './copies.js';
import { type IntakeWork, JOURNAL_ROW, PIECE_ROW, REPLACING_ENTRY, type Stored } from './intakeUnit.js';
import { MESSAGE_ROW } from './messageRows.js';
import { type Decided, decide, insertCopies, type LocatedCopy, locate, mailboxesOf, note, queue } from './placing.js';
import { sweptAway } from './staging.js';

const MESSAGE = new RowTable('message', MESSAGE_ROW, 1);
const PIECES = new RowTable('piece', PIECE_ROW, 1);
const JOURNAL = new RowTable('noted', JOURNAL_ROW, 1);

/** A message's entry under the id that the ISP gave it before, or under the one it has. */
interface FormerEntry {
  readonly uidl: string;
  readonly since: number;
}

/** What tries came to that the message answers for. */
export interface SettledTries {
  run(statements: Statements): Promise<void>;
}

/** The journal entry of the same octets under the same id, or under one that the ISP no longer lists. */
export async function formerEntry(
  statements: Pick<Statements, 'rows'>,
  { journal, message }: IntakeUnit,
): Promise<FormerEntry | undefined> {
  if (journal?.maybeRenamed !== true) return undefined;
  const [row] = await statements.rows<FormerEntry>(
    `SELECT uidl, since FROM journal WHERE account = $1 AND uidl = $3 AND content_key = $2
      UNION ALL SELECT uidl, since FROM journal
        WHERE account = $1 AND content_key = $2 AND state = 'stored' AND unlisted_since IS NOT NULL AND uidl <> $3
      LIMIT 1`,
    [journal.account, contentKey(message.contentHash), journal.uidl],
  );
  return row;
}

/** Within a transaction. Throws `lease/lost`. */
export async function storeAlone(
  statements: Statements,
  work: IntakeWork,
  settled: SettledTries | undefined,
  clock: EngineClock,
): Promise<Stored> {
  const { unit, body, number } = work;
  if (unit.fence !== undefined) await checkFence(statements, unit.fence);
  if (body.hasSpilled && (await statements.run('DELETE FROM spill WHERE message_id = $1', [number])) === 0) throw sweptAway(number);
  const former = await formerEntry(statements, unit);
  const copies = await locate(statements, work.copies);
  const decided = former === undefined ? await decide(statements, copies, clock) : { placed: [], duplicates: copies };
  const surplus = former === undefined ? await surplusCopy(statements, work, copies, decided, clock) : undefined;
  const placed = surplus === undefined ? decided.placed : surplus.copies;
  const message = surplus?.message ?? unit.message;
  const isGone = former !== undefined || (needsCopy(unit) && placed.length === 0);

  await statements.run(
    `INSERT INTO message (${MESSAGE.columns}, gone_at) SELECT ${MESSAGE.columns}, ${isGone ? clock.now : 'NULL::bigint'} FROM ${MESSAGE.sql}`,
    MESSAGE.values([messageColumns(number, message)]),
  );
  await insertCopies(statements, placed, clock);
  if (isGone) await statements.run('DELETE FROM chunk WHERE message_id = $1', [number]);
  else
    await statements.run(`INSERT INTO chunk (${PIECES.columns}) SELECT ${PIECES.columns} FROM ${PIECES.sql}`, PIECES.values(work.pieces));
  const queued = await queue(statements, number, unit.outbox, clock);
  await noteStored(statements, work, message, former, clock);
  if (unit.tells !== undefined) await noteNotice(statements, unit.tells, clock);
  await settled?.run(statements);
  return {
    result: {
      placed: mailboxesOf(placed),
      duplicates: mailboxesOf(decided.duplicates),
      ...(surplus !== undefined && { isSurplus: true }),
      ...(former !== undefined && { formerUidl: former.uidl }),
    },
    queued,
  };
}

async function noteStored(
  statements: Statements,
  { number, unit: { journal } }: IntakeWork,
  message: StoredMessage,
  former: FormerEntry | undefined,
  clock: EngineClock,
): Promise<void> {
  if (journal === undefined) return;
  if (former !== undefined && former.uidl !== journal.uidl) {
    await statements.run('DELETE FROM journal WHERE account = $1 AND uidl = $2', [journal.account, former.uidl]);
  }
  await statements.run(
    `INSERT INTO journal (account, uidl, state, listed_size, since, attempts, content_key, header_print)
      SELECT account, uidl, 'stored', listed_size, coalesce($${JOURNAL.next}::bigint, ${clock.now}), 0, content_key, header_print FROM ${JOURNAL.sql}
      ${REPLACING_ENTRY}`,
    [...JOURNAL.values([{ number, message, journal }]), former?.since ?? null],
  );
}

/** Where everybody had this content, and the header does not account for one copy more: the copy for whoever it may concern. */
async function surplusCopy(
  statements: Statements,
  { unit, number, turns }: IntakeWork,
  [firstCopy]: readonly LocatedCopy[],
  { placed, duplicates }: Decided,
  clock: EngineClock,
): Promise<{ readonly message: StoredMessage; readonly copies: readonly LocatedCopy[] } | undefined> {
  const { surplus, message } = unit;
  if (turns === undefined || firstCopy?.seenKey == null) return undefined;
  const seen = await recentlySeen(statements, [firstCopy.seenKey, turns.besideKey, ...turns.keys], clock);
  const first = seen.get(firstCopy.seenKey.toString('hex'));
  const turn = copyTurn({
    unit,
    turns,
    placed: placed.length,
    duplicates: duplicates.length,
    first: first && { ageMs: first.age, contentHash: first.content_hash ?? undefined },
    isNoted: (key) => seen.has(key.toString('hex')),
  });
  if (turn === undefined) return undefined;
  await note(statements, turn.key, number, clock);
  if (!turn.isSurplus || typeof surplus !== 'object') return undefined;
  const sorted = { ...message, rung: surplus.rung, trail: surplus.trail };
  const copies = await locate(statements, copyDrafts(number, sorted, [surplus.placement]));
  return { message: sorted, copies: (await decide(statements, copies, clock)).placed };
}

interface SeenRow {
  readonly key: string;
  /** Milliseconds since the content came first. */
  readonly age: number;
  /** Hex; `null` where the message is no longer known. */
  readonly content_hash: string | null;
}

async function recentlySeen(statements: Statements, keys: readonly Buffer[], clock: EngineClock): Promise<ReadonlyMap<string, SeenRow>> {
  const rows = await statements.rows<SeenRow>(
    `SELECT encode(key, 'hex') AS key, ${clock.now} - at AS age,
        (SELECT encode(content_hash, 'hex') FROM message WHERE message.id = seen.message_id) AS content_hash
      FROM seen WHERE key IN (SELECT decode(wanted, 'hex') FROM unnest($1::text[]) AS wanted) AND at > ${clock.now} - ${SEEN_MS}`,
    [keys.map((key) => key.toString('hex'))],
  );
  return new Map(rows.map((row) => [row.key, row]));
}
