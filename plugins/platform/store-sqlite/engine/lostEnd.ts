// A database that lost its end: what may have been sent since is put on hold, and what was lost is written down, before anything else is.
import { type PluginStorage, sentenceOf } from '@postroom/sdk';
import type { Clock, LostEnd } from '@postroom/sdk/services';
import type { Moved } from '../outbox/tallyRows.js';
import type { Ballast } from './ballast.js';
import type { CommitNumber, LostCommits } from './commitNumber.js';
import type { Connection } from './connection.js';

/** Where it is kept, among the storages of plugins: in that of the core. */
export const LOST_END_KEY = 'lost-end';
export const LOST_END_OWNER = 'core';

/** So long people are reminded of it. */
const SHOWN_MS = 14 * 86_400_000;

const CAUSE = 'postroom.db-wal lost its end, or an older copy of the database was put in its place';

/** As it is kept. */
interface KeptEnd extends LostCommits {
  readonly held: number;
  readonly isTold?: boolean;
}

const NOTE =
  'On hold: the database lost its last changes, and it may have been sent in that time. "outbox retry" sends it, "outbox return" gives it up.';

export async function noteLostEnd(writer: Connection, lost: LostCommits, now: Date): Promise<void> {
  await writer.run('BEGIN IMMEDIATE');
  try {
    await writeLostEnd(writer, lost, now);
    await writer.run('COMMIT');
  } catch (error) {
    await writer.exec('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** In a transaction. Answers the Outbox as it is then. */
async function writeLostEnd(writer: Connection, lost: LostCommits, now: Date): Promise<readonly Moved[]> {
  const held = await writer.run(`UPDATE outbox SET state = 'held', lease_until = NULL, in_doubt = 0, text = ? WHERE state <> 'held'`, [
    NOTE,
  ]);
  const end: KeptEnd = { ...lost, held };
  await writer.run('INSERT OR REPLACE INTO plugin_state (plugin, key, value, expires_at) VALUES (?, ?, ?, ?)', [
    LOST_END_OWNER,
    LOST_END_KEY,
    JSON.stringify(end),
    now.getTime() + SHOWN_MS,
  ]);
  return writer.all<Moved>('SELECT id, state, attempts FROM outbox');
}

/**
 * Writes down what the database lacks of what had been committed. Answers sentences about what cannot be, or is not certain: a WAL that is gone
 * (`missingWal`) held the last moment, of which the number may not have been noted any more.
 */
export async function lookForEnd(
  commits: CommitNumber,
  writer: Connection,
  ballast: Ballast,
  missingWal: string | undefined,
  clock: Clock,
): Promise<readonly string[]> {
  const { lost, known } = commits;
  if (lost === undefined) return missingWal !== undefined && known?.isClosed !== true ? [missingWal] : [];
  const note = (): Promise<void> => noteLostEnd(writer, lost, clock.now());
  try {
    await note().catch(async (error: unknown) => {
      if (!(await ballast.drop())) throw error;
      await note();
    });
    commits.adopt();
    return [];
  } catch (error) {
    commits.freeze((late) => writeLostEnd(late, lost, clock.now()));
    return [
      `The database lost its last ${lost.missing} changes, which could not be written down (${sentenceOf(error)}). Nothing else is stored before that can be.`,
    ];
  }
}

/** What is kept of it, and whether everybody who has to know was told. */
export class LostEndRecord {
  readonly #storage: PluginStorage;

  constructor(
    storages: { forPlugin(id: string): PluginStorage },
    private readonly clock: Clock,
  ) {
    this.#storage = storages.forPlugin(LOST_END_OWNER);
  }

  async read(): Promise<LostEnd | undefined> {
    const kept = (await this.#storage.get(LOST_END_KEY)) as KeptEnd | undefined;
    return kept && { ...kept, isTold: kept.isTold === true, cause: CAUSE };
  }

  /** Shown for as long again. */
  setTold({ missing, from, to, held }: LostEnd): Promise<void> {
    const kept: KeptEnd = { missing, from, to, held, isTold: true };
    return this.#storage.set(LOST_END_KEY, kept, new Date(this.clock.now().getTime() + SHOWN_MS));
  }
}
