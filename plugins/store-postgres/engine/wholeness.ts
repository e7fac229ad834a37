// Whether a database is whole: every octet of it is read, and every message is what came in.
import { createHash } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import { readPieces } from '../mail/pieces.js';
import type { Database } from './database.js';

interface MessageSize {
  readonly id: number;
  readonly size: number;
  readonly hash: string;
}

/** Messages are checked inside the database, so many octets a statement; larger ones come here piece by piece. */
const OCTETS_AT_ONCE = 32 * 2 ** 20;
const PAGE = 1_000;
const MESSAGES = `SELECT id, size, encode(content_hash, 'hex') AS hash FROM message WHERE gone_at IS NULL AND id > $1 ORDER BY id LIMIT ${PAGE}`;
const CHANGED = `
  SELECT id FROM message WHERE id = ANY ($1) AND gone_at IS NULL
    AND content_hash <> (SELECT sha256(coalesce(string_agg(octets, '' ORDER BY piece), '')) FROM chunk WHERE message_id = message.id) LIMIT 1`;
const COPY_OF_NOTHING = `
  SELECT placement.id FROM placement JOIN message ON message.id = placement.message_id WHERE removed_at IS NULL AND gone_at IS NOT NULL LIMIT 1`;

/** Throws `data/corrupt` for the first thing that is not as it must be. */
export async function checkWhole(database: Database): Promise<void> {
  const [copy] = await database.rows<{ id: number }>(COPY_OF_NOTHING);
  if (copy !== undefined) throw damaged(`a mailbox has copy ${copy.id} of a message that is gone`);
  for (let after = -1; ; ) {
    const messages = await database.rows<MessageSize>(MESSAGES, [after]);
    for (const group of groupsOf(messages)) await checkMessages(database, group);
    after = messages.at(-1)?.id ?? after;
    if (messages.length < PAGE) return;
  }
}

async function checkMessages(database: Database, messages: readonly MessageSize[]): Promise<void> {
  const [first] = messages;
  if (first === undefined) return;
  const isLarge = first.size > OCTETS_AT_ONCE;
  const changed = isLarge ? await isChanged(database, first) : await changedOf(database, messages);
  if (changed !== undefined) throw damaged(`message ${changed} is not what came in`);
}

async function changedOf(database: Database, messages: readonly MessageSize[]): Promise<number | undefined> {
  const [row] = await database.rows<{ id: number }>(CHANGED, [messages.map(({ id }) => id)]);
  return row?.id;
}

/** Read piece by piece. It may be removed meanwhile. */
async function isChanged(database: Database, { id, size, hash }: MessageSize): Promise<number | undefined> {
  const read = createHash('sha256');
  try {
    for await (const octets of readPieces(database, id, 0, size)) read.update(octets);
  } catch (error) {
    const [row] = await database.rows('SELECT 1 FROM message WHERE id = $1 AND gone_at IS NULL', [id]);
    if (row === undefined) return undefined;
    throw error;
  }
  return read.digest('hex') === hash ? undefined : id;
}

/** A large message is a group by itself. */
function groupsOf(messages: readonly MessageSize[]): readonly (readonly MessageSize[])[] {
  const groups: MessageSize[][] = [];
  let room = 0;
  for (const message of messages) {
    room -= message.size;
    if (room < 0 || groups.length === 0) {
      groups.push([]);
      room = OCTETS_AT_ONCE - message.size;
    }
    groups.at(-1)?.push(message);
  }
  return groups;
}

function damaged(what: string): PostroomError {
  return new PostroomError('data/corrupt', `The database is damaged: ${what}. Restore a backup; do not delete what is there.`);
}
