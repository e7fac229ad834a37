// A message's header: asked for by TOP, and what names it, so that another message under the same unique id is known for another.
import { createHash } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import type { Pop3Dialogue } from './pop3Dialogue.js';

/** Octets of a header that count. */
const HEADER_LIMIT = 256 * 1024;
/** Some servers answer TOP with the whole message; what is this many times as long as one may be has no end. */
const ENDLESS = 2;
/** Lines that servers themselves add or change between sessions. */
const CHANGING = /^(?:x-)?(?:status|uidl|uid|mozilla-status2?|imap(?:base)?):.*(?:\r?\n[ \t].*)*\r?\n?/gim;

/** At most 256 KB of the header; `undefined` where the server does not show it. */
export async function headerByTop(dialogue: Pop3Dialogue, number: number): Promise<Buffer | undefined> {
  dialogue.send([`TOP ${number} 0`]);
  return topAnswer(dialogue);
}

/** The answer to a TOP that is on the line already. */
export async function topAnswer(dialogue: Pop3Dialogue): Promise<Buffer | undefined> {
  const answer = await dialogue.answer('TOP');
  if (!answer.ok) return undefined;
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of dialogue.body('TOP')) {
    if (length < HEADER_LIMIT) pieces.push(piece);
    length += piece.length;
    if (length > dialogue.account.maxMessageBytes * ENDLESS) throw endless(dialogue);
  }
  return Buffer.concat(pieces).subarray(0, HEADER_LIMIT);
}

function endless({ account }: Pop3Dialogue): PostroomError {
  return new PostroomError('isp/protocol', `${account.host} does not end the header of a message. The next round tries again.`);
}

/** The header's text without what servers change. */
export function lastingHeader(header: Buffer): string {
  return header.toString('latin1').replaceAll(CHANGING, '').trimEnd();
}

/** Names a header: the same for TOP's answer and for the beginning of RETR's. `octets`: the message, or as much of it as holds its header. */
export function headerPrint(octets: Buffer): string {
  const header = octets.subarray(0, Math.min(firstEmptyLine(octets), HEADER_LIMIT));
  return createHash('sha256').update(lastingHeader(header), 'latin1').digest('base64url').slice(0, 22);
}

/** Where the first empty line stands; the end where there is none. */
export function firstEmptyLine(octets: Buffer): number {
  if (octets[0] === 0x0a || (octets[0] === 0x0d && octets[1] === 0x0a)) return 0;
  const ends = [octets.indexOf('\r\n\r\n'), octets.indexOf('\n\n')].filter((end) => end >= 0);
  return Math.min(octets.length, ...ends);
}
