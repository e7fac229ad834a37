// What the database of several servers has: for the ledger, and what nobody may have left in it.
import { readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { CommitLog } from '#plugins/store-postgres/dist/engine/commitLog.js';
import { PooledDatabase } from '#plugins/store-postgres/dist/engine/database.js';
import { SessionPool } from '#plugins/store-postgres/dist/engine/sessionPool.js';
import { checkWhole } from '#plugins/store-postgres/dist/engine/wholeness.js';
import type { Rows } from '../../kit/postgres/query.js';
import type { CopyRow, Holdings } from '../ledger.js';

/** As the superuser, past every server. */
export type Query = (text: string) => Promise<Rows>;

const COPIES = `SELECT message.message_id, disposition, encode(content_hash, 'hex') AS hash, removed_at,
    CASE WHEN mailbox.id IS NOT NULL THEN mailbox.account || '/' || mailbox.user_name END AS mailbox
  FROM message LEFT JOIN placement ON placement.message_id = message.id LEFT JOIN mailbox ON mailbox.id = mailbox_id
  WHERE origin NOT IN ('bounce', 'void')`;
const BOUNCES = `SELECT octets FROM message JOIN chunk ON chunk.message_id = message.id WHERE origin = 'bounce' ORDER BY message.id, piece`;

/** Each counts what must not be there while nothing is under way. */
const LEFT_OVER: readonly (readonly [what: string, count: string])[] = [
  [
    'messages have octets that belong to no message',
    `SELECT count(DISTINCT message_id) FROM chunk WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = chunk.message_id AND gone_at IS NULL)`,
  ],
  ['messages are half there', 'SELECT count(*) FROM spill'],
  [
    'keys of duplicates stand for no copy',
    `SELECT count(*) FROM seen WHERE NOT EXISTS (
      SELECT 1 FROM placement WHERE placement.message_id = seen.message_id AND placement.seen_key = seen.key)`,
  ],
  [
    'messages belong to nobody',
    `SELECT count(*) FROM message WHERE gone_at IS NULL AND disposition = 'deliver'
      AND NOT EXISTS (SELECT 1 FROM placement WHERE message_id = message.id AND removed_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM outbox WHERE message_id = message.id)`,
  ],
  [
    'messages of the ISP are stored twice',
    `SELECT count(*) FROM (SELECT 1 FROM message WHERE uidl IS NOT NULL AND origin <> 'void' GROUP BY account, uidl HAVING count(*) > 1) AS twice`,
  ],
  [
    'entries of the journal say "stored" of what is not',
    `SELECT count(*) FROM journal WHERE state = 'stored'
      AND NOT EXISTS (SELECT 1 FROM message WHERE message.account = journal.account AND message.uidl = journal.uidl AND origin <> 'void')`,
  ],
  [
    'leases are held by nobody',
    'SELECT count(*) FROM lease WHERE server_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM server WHERE id = server_id)',
  ],
];

export async function holdingsOf(query: Query): Promise<Holdings> {
  const copies = (await query(COPIES)) as unknown as readonly CopyRow[];
  const bounces = (await query(BOUNCES)) as unknown as readonly { readonly octets: Buffer }[];
  const waiting = (await query('SELECT recipient FROM outbox')) as unknown as readonly { readonly recipient: string }[];
  return {
    copies,
    bounces: bounces.map(({ octets }) => octets.toString('latin1')),
    waiting: waiting.map(({ recipient }) => recipient),
  };
}

export async function leftOver(query: Query): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [what, count] of LEFT_OVER) {
    const number = Number((await query(count))[0]?.['count']);
    if (number > 0) found.push(`${number} ${what}`);
  }
  return found;
}

/** Reads every octet, as the store's own check does. Answers what is damaged. */
export async function damageOf(address: string): Promise<readonly string[]> {
  const pool = new SessionPool(readAddress({ url: address }), { application: 'faults', patienceMs: 60_000 }, 2);
  try {
    await checkWhole(new PooledDatabase(pool, new CommitLog()));
    return [];
  } catch (error) {
    return [String(error)];
  } finally {
    await pool.close();
  }
}
