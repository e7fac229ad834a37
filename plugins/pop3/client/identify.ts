// Which message is which, for the journal: its unique id, or a fingerprint where the server gives none or one twice.
import type { ListedMessage } from './listing.js';
import type { MailboxSession } from './session/mailboxSession.js';

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

/** Identifies every message. Equal fingerprints in one mailbox are told apart by their order; `seen` counts them over its parts. */
export async function identify(
  session: Pick<MailboxSession, 'fingerprints'>,
  listed: readonly ListedMessage[],
  seen: Map<string, number> = new Map(),
): Promise<Identified> {
  const messages: IdentifiedMessage[] = [];
  const unreadable: number[] = [];
  const unnamed = listed.filter(({ uidl }) => uidl === undefined);
  const prints = unnamed.length === 0 ? [] : await session.fingerprints(unnamed);
  const printOf = new Map(unnamed.map(({ number }, index) => [number, prints[index]]));
  for (const { number, size, uidl } of listed) {
    if (uidl !== undefined) {
      messages.push({ number, size, key: uidl });
      continue;
    }
    const print = printOf.get(number);
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
