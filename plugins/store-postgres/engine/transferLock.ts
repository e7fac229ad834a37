// While everything in a store is copied nobody else is on it. The lock goes with its connection, and so does the copying.
import { PostroomError } from '@postroom/sdk';
import type { Reads } from './database.js';
import { DATABASE_NOW } from './engineClock.js';
import { DatabaseError } from './sentences.js';

/** For pg_advisory_lock. */
const LOCK = 0x506f7375;
const LOCK_NOT_AVAILABLE = '55P03';

/** In the transaction in which a server joins. Throws `data/locked` while somebody copies. */
export async function joinBeside(statements: Reads): Promise<void> {
  const [row] = await statements.rows<{ is_free: boolean }>('SELECT pg_try_advisory_xact_lock_shared($1) AS is_free', [LOCK]);
  if (row?.is_free !== true) throw copying();
}

/** Takes the lock until the connection ends. Servers that join at this moment are waited for. Throws `data/locked` where somebody copies, or a server is there. */
export async function lockAlone(session: Reads & { exec(text: string): Promise<void> }): Promise<void> {
  await session.exec("SET lock_timeout = '3s'");
  try {
    await session.rows('SELECT pg_advisory_lock($1)', [LOCK]);
  } catch (error) {
    throw error instanceof DatabaseError && error.state === LOCK_NOT_AVAILABLE ? copying() : error;
  }
}

/** Throws `data/locked` where a server is on the store. */
export async function assertAlone(reads: Reads): Promise<void> {
  const living = await reads.rows<{ name: string }>(`SELECT name FROM server WHERE until > ${DATABASE_NOW} ORDER BY name`);
  if (living.length === 0) return;
  const names = living.map(({ name }) => `"${name}"`).join(', ');
  throw new PostroomError(
    'data/locked',
    `Servers are on this database, or were within the last half minute: ${names}. Stop every one of them first; one that was killed is waited for that long.`,
    { servers: names },
  );
}

function copying(): PostroomError {
  return new PostroomError(
    'data/locked',
    'Everything in this database is being copied, or copied into it, at this moment (postroom store copy). Wait until that is done. If you copy: is it the same database as the other one, under another address?',
  );
}
