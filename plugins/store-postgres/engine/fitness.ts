// What a database server must be like before mail is trusted to it. Asked at every new connection: settings can change, and an address can lead elsewhere.
import { PostroomError } from '@postroom/sdk';
import { placeOf, type StoreAddress } from './address.js';

const OLDEST_VERSION = 15;
/** From weak to strong. `on` waits for the disk, and for the standby where there is a synchronous one. */
const COMMITS = ['off', 'local', 'remote_write', 'on', 'remote_apply'];

interface FitnessRow {
  readonly version: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
  readonly encoding: string;
  readonly is_standby: boolean;
  readonly read_only: string;
}

const FITNESS = `SELECT current_setting('server_version_num') AS version, current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit, current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS is_standby,
  current_setting('transaction_read_only') AS read_only`;

interface Asked {
  rows<R>(text: string): Promise<R[]>;
  exec(text: string): Promise<void>;
}

/**
 * Throws `store/unfit` for what only a person can change, `store/unreachable` for a server that takes no changes now: it may be promoted, or another one be the
 * store, in a moment. A commit that would not wait for the disk is made to. Answers what durability rests on, for the end of a sentence.
 */
export async function checkFitness(session: Asked, address: StoreAddress): Promise<string> {
  const [row] = await session.rows<FitnessRow>(FITNESS);
  if (row === undefined) throw unfit(address, 'does not say what it is', 'See that it is PostgreSQL.');
  // Before what it can't help as a standby.
  if (row.is_standby) throw noChanges(address, 'is a standby: it takes no changes', 'promote this one (pg_ctl promote)');
  const version = Math.floor(Number(row.version) / 10_000);
  if (!(version >= OLDEST_VERSION)) throw unfit(address, `is PostgreSQL ${version}`, `Postroom needs ${OLDEST_VERSION} or newer.`);
  for (const setting of ['fsync', 'full_page_writes'] as const) {
    if (row[setting] !== 'on')
      throw unfit(
        address,
        `has ${setting} switched off`,
        `A power cut would damage it. Set ${setting} = on in postgresql.conf, and reload.`,
      );
  }
  if (row.encoding !== 'UTF8')
    throw unfit(
      address,
      `keeps texts as ${row.encoding}`,
      `Make the database again: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0`,
    );
  if (row.read_only !== 'off')
    throw noChanges(address, 'is set to read only: it takes no changes', 'switch default_transaction_read_only off');
  const isWeak = COMMITS.indexOf(row.synchronous_commit) < COMMITS.indexOf('on');
  if (isWeak) await session.exec('SET synchronous_commit = on');
  return `PostgreSQL ${version} with fsync, full_page_writes and synchronous_commit=${isWeak ? 'on' : row.synchronous_commit} is in force.`;
}

function noChanges(address: StoreAddress, what: string, remedy: string): PostroomError {
  const where = address.hosts.map(placeOf).join(', ');
  return new PostroomError('store/unreachable', `The database at ${where} ${what}. Name the primary in the address, or ${remedy}.`, {
    at: where,
  });
}

function unfit(address: StoreAddress, what: string, remedy: string): PostroomError {
  const where = address.hosts.map(placeOf).join(', ');
  return new PostroomError('store/unfit', `The database at ${where} ${what}: no mail is trusted to it. ${remedy}`, { at: where });
}
