// Copies placed step by step, within a transaction that has more to decide than a group: copies one too many, copies that are wanted, a new sorting.
import type { MailboxRef } from '@postroom/sdk';
import type { OutboxDraft } from '@postroom/sdk/services';
import { accountOf, type QueuedEntry, SEEN_MS, userKey } from '@postroom/sdk/store';
import type { Statements } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { type Column, RowTable } from '../engine/rowTable.js';
import type { CopyDraft } from './copies.js';
import { COPY_ROW, OUTBOX_ROW, seenKey } from './intakeUnit.js';
import { MAILBOX_ID } from './mailboxes.js';

/** A copy whose mailbox is known, and stays until the transaction ends. */
export interface LocatedCopy {
  readonly copy: CopyDraft;
  readonly mailbox: number;
  readonly seenKey: Buffer | null;
}

const COPY = new RowTable<LocatedCopy>(
  'copy',
  [
    ['mailbox_id', 'bigint', ({ mailbox }) => mailbox],
    ['seen_key', 'bytea', ({ seenKey }) => seenKey],
    ...COPY_ROW.map(([name, type, of]) => [name, type, ({ copy }: LocatedCopy) => of(copy)] as Column<LocatedCopy>),
  ],
  1,
);
const QUEUED = new RowTable('queued', OUTBOX_ROW, 1);

/** Looks the mailboxes up, and makes those that there are not. */
export async function locate(statements: Statements, copies: readonly CopyDraft[]): Promise<readonly LocatedCopy[]> {
  const located: LocatedCopy[] = [];
  for (const copy of copies) {
    const mailbox = await mailboxOf(statements, copy);
    const [row] = await statements.rows<{ key: Buffer | null }>(`SELECT ${seenKey('$1::bigint', '$2::bytea')} AS key`, [
      mailbox,
      copy.draft.duplicateKey ?? null,
    ]);
    located.push({ copy, mailbox, seenKey: row?.key ?? null });
  }
  return located;
}

async function mailboxOf(statements: Statements, { draft: { mailbox } }: CopyDraft): Promise<number> {
  const name = [accountOf(mailbox), userKey(mailbox)];
  for (;;) {
    const [row] = await statements.rows<{ id: number }>(`${MAILBOX_ID} FOR KEY SHARE`, name);
    if (row !== undefined) return row.id;
    await statements.run(
      'INSERT INTO mailbox (account, user_key, user_name) VALUES ($1, $2, $3) ON CONFLICT (account, user_key) DO NOTHING',
      [...name, mailbox.user],
    );
  }
}

export interface Decided {
  readonly placed: readonly LocatedCopy[];
  /** Their mailboxes took the same content from another message. */
  readonly duplicates: readonly LocatedCopy[];
}

/** Which copies are placed: those that are wanted, and those whose content is new to their mailbox. */
export async function decide(statements: Statements, copies: readonly LocatedCopy[], clock: EngineClock): Promise<Decided> {
  // In the order of their keys, as every statement claims them.
  const inOrder = [...copies].sort((a, b) => Buffer.compare(a.seenKey ?? Buffer.alloc(0), b.seenKey ?? Buffer.alloc(0)));
  const claimed = new Set<LocatedCopy>();
  for (const copy of inOrder) if (await claim(statements, copy, clock)) claimed.add(copy);
  return { placed: copies.filter((copy) => claimed.has(copy)), duplicates: copies.filter((copy) => !claimed.has(copy)) };
}

/** Their message has its row already. */
export async function insertCopies(statements: Statements, copies: readonly LocatedCopy[], clock: EngineClock): Promise<void> {
  if (copies.length === 0) return;
  await statements.run(
    `INSERT INTO placement (mailbox_id, message_id, prefix, concealed, size, tag, seen_key, placed_at)
      SELECT mailbox_id, message_id, prefix, concealed, size, tag, seen_key, ${clock.now} FROM ${COPY.sql} ORDER BY n`,
    COPY.values(copies),
  );
}

export function mailboxesOf(copies: readonly LocatedCopy[]): readonly MailboxRef[] {
  return copies.map(({ copy }) => copy.draft.mailbox);
}

/** Whether the mailbox gets it. From here to the end of the transaction nobody else decides about the same content there. */
async function claim(statements: Statements, { copy, seenKey: key }: LocatedCopy, clock: EngineClock): Promise<boolean> {
  if (key === null) return true;
  const rows = await statements.rows(
    `INSERT INTO seen (key, at, message_id) VALUES ($1, ${clock.now}, $2)
      ON CONFLICT (key) DO UPDATE SET at = excluded.at, message_id = excluded.message_id
        WHERE $3::boolean OR seen.message_id = excluded.message_id OR seen.at <= excluded.at - ${SEEN_MS}
      RETURNING 1`,
    [key, copy.message, copy.draft.isWanted === true],
  );
  return rows.length > 0;
}

/** The content is noted under a name of its own. */
export async function note(statements: Statements, key: Buffer, message: number, clock: EngineClock): Promise<void> {
  await statements.run(
    `INSERT INTO seen (key, at, message_id) VALUES ($1, ${clock.now}, $2)
      ON CONFLICT (key) DO UPDATE SET at = excluded.at, message_id = excluded.message_id`,
    [key, message],
  );
}

export async function queue(
  statements: Statements,
  message: number,
  drafts: readonly OutboxDraft[],
  clock: EngineClock,
): Promise<readonly QueuedEntry[]> {
  if (drafts.length === 0) return [];
  const rows = await statements.rows<{ id: number; queued_at: number }>(
    `INSERT INTO outbox (message_id, account, sender, recipient, prefix, dsn, state, queued_at, next_try_at)
      SELECT message_id, account, sender, recipient, prefix, dsn, 'waiting', moment.now, moment.now FROM (SELECT ${clock.now} AS now) AS moment, ${QUEUED.sql}
        ORDER BY n
      RETURNING id, queued_at`,
    QUEUED.values(drafts.map((draft) => ({ message, draft }))),
  );
  return rows.map(({ id, queued_at }) => ({ id, message, queuedAt: queued_at, isUntried: true }));
}
