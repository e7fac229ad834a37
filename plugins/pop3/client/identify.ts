// Which message is which, for the journal: its unique id, or a fingerprint where the server gives none or one twice.
import { createHash } from 'node:crypto';
import { headerByTop, lastingHeader } from './headerPrint.js';
import type { ListedMessage } from './listing.js';
import type { Pop3Dialogue } from './pop3Dialogue.js';

export interface IdentifiedMessage {
  readonly number: number;
  readonly size: number;
  /** Names the message in the journal, across sessions. */
  readonly key: string;
}

export interface Identified {
  readonly messages: readonly IdentifiedMessage[];
  /** Numbers of messages that could not be identified because the server would not show them. */
  readonly unreadable: readonly number[];
}

/**
 * Identifies every message. Without a usable unique id: TOP and the size; where TOP is refused, the whole content, read
 * once for this alone (sorting case 79). Equal fingerprints in one mailbox are told apart by their order; `seen` counts them over its parts.
 */
export async function identify(
  dialogue: Pop3Dialogue,
  listed: readonly ListedMessage[],
  seen: Map<string, number> = new Map(),
): Promise<Identified> {
  const messages: IdentifiedMessage[] = [];
  const unreadable: number[] = [];
  for (const { number, size, uidl } of listed) {
    if (uidl !== undefined) {
      messages.push({ number, size, key: uidl });
      continue;
    }
    const print = (await headerKey(dialogue, number, size)) ?? (await contentKey(dialogue, number));
    if (print === undefined) {
      unreadable.push(number);
      continue;
    }
    const nth = (seen.get(print) ?? 0) + 1;
    seen.set(print, nth);
    messages.push({ number, size, key: nth === 1 ? print : `${print}#${nth}` });
  }
  return { messages, unreadable };
}

async function headerKey(dialogue: Pop3Dialogue, number: number, size: number): Promise<string | undefined> {
  const header = await headerByTop(dialogue, number);
  if (header === undefined) return undefined;
  return `header:${createHash('sha256').update(lastingHeader(header), 'latin1').digest('hex')}:${size}`;
}

async function contentKey(dialogue: Pop3Dialogue, number: number): Promise<string | undefined> {
  const answer = await dialogue.ask(`RETR ${number}`);
  if (!answer.ok) return undefined;
  const hash = createHash('sha256');
  for await (const piece of dialogue.body('RETR')) hash.update(piece);
  return `content:${hash.digest('hex')}`;
}
