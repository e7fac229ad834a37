// How many messages are asked for at a time.
import type { AskedMessage } from './mailboxSession.js';

/** Commands and listed octets of one chunk; two chunks are on the line at a time. */
const CHUNK_MESSAGES = 32;
const CHUNK_OCTETS = 2 * 1024 * 1024;

/** Cuts a list into pieces of at most CHUNK_MESSAGES and CHUNK_OCTETS. */
export function inChunks<M extends AskedMessage>(messages: readonly M[]): M[][] {
  const chunks: M[][] = [];
  let octets = 0;
  for (const message of messages) {
    const chunk = chunks.at(-1);
    const size = Math.max(message.size, 0);
    if (chunk === undefined || chunk.length >= CHUNK_MESSAGES || octets + size > CHUNK_OCTETS) {
      chunks.push([message]);
      octets = size;
    } else {
      chunk.push(message);
      octets += size;
    }
  }
  return chunks;
}
