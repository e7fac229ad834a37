// Why no server may start on a store: it holds the half of another one, or everything in it is somewhere else by now.
import { PostroomError } from '@postroom/sdk';
import type { MovedNote } from '@postroom/sdk/services';
import type { Reads, Statements } from './database.js';

export type StoreMark = { readonly state: 'unfinished' } | { readonly state: 'moved'; readonly to: string; readonly at: string };

/** As it is kept: with the lowest version that a server must know once it is gone. */
type KeptMark = StoreMark & { readonly oldest: number };

/** SQL: the column, which the tables of an older version lack. */
export const MARK = `to_jsonb(meta) ->> 'mark'`;
/** Of servers that know nothing of marks none starts. */
const BEYOND = 1_000_000;

export function markIn(text: string | null): KeptMark | undefined {
  return text === null ? undefined : (JSON.parse(text) as KeptMark);
}

export async function readMark(reads: Reads): Promise<StoreMark | undefined> {
  const [row] = await reads.rows<{ mark: string | null }>(`SELECT ${MARK} AS mark FROM meta`);
  return markIn(row?.mark ?? null);
}

/** In the place of another one. */
export async function writeMark(statements: Statements, mark: StoreMark): Promise<void> {
  await statements.run(
    `UPDATE meta SET mark = jsonb_build_object('oldest', coalesce((mark::jsonb -> 'oldest')::integer, oldest))::jsonb || $1::jsonb, oldest = ${BEYOND}`,
    [JSON.stringify(mark)],
  );
}

export async function removeMark(statements: Statements): Promise<void> {
  await statements.run(`UPDATE meta SET oldest = coalesce((mark::jsonb -> 'oldest')::integer, oldest), mark = NULL`);
}

export function movedNote(mark: StoreMark | undefined): MovedNote | undefined {
  return mark?.state === 'moved' ? { to: mark.to, at: new Date(mark.at) } : undefined;
}

/** Throws `data/unfinished` or `data/moved`. */
export function refuseMarked(mark: StoreMark | undefined): void {
  if (mark === undefined) return;
  if (mark.state === 'moved') {
    throw new PostroomError(
      'data/moved',
      `Everything in this database was copied to ${mark.to} on ${mark.at.slice(0, 10)}, which is used since: mail would be collected a second time. Say in boot.json which store this server has. To go on with this database, as it was then: postroom store use`,
    );
  }
  throw new PostroomError(
    'data/unfinished',
    'Everything in another store is being copied into this database, or was until that was interrupted. Wait for it, or run it again where the other store is: postroom store copy. To begin with an empty store instead, make the database anew (dropdb, createdb).',
  );
}
