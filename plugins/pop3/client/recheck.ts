// Before a message is deleted that only its unique id says to be known: is it still that one? Some servers reuse ids (sorting case 80).
import type { PlannedMessage } from './collectPlan.js';
import type { MailboxSession } from './session/mailboxSession.js';

/** TOPs on the line at a time. */
const ASKED_AHEAD = 32;

export interface Rechecked {
  /** What the journal says they are, by their header; or by id and size alone, where the journal or the server knows no header. */
  readonly same: readonly PlannedMessage[];
  /** Others under a known id, with their prints. */
  readonly others: readonly PlannedMessage[];
}

/** One TOP a message, which is about to leave the ISP or was away: none for mail that merely stays there. */
export async function recheck(
  session: Pick<MailboxSession, 'prints'>,
  messages: readonly PlannedMessage[],
  pipelining: boolean,
): Promise<Rechecked> {
  const same = messages.filter(({ known }) => known?.headerPrint === undefined);
  const asked = messages.filter(({ known }) => known?.headerPrint !== undefined);
  if (asked.length === 0) return { same, others: [] };
  const others: PlannedMessage[] = [];
  const numbers = asked.map(({ number }) => number);
  const prints = await session.prints(numbers, pipelining ? ASKED_AHEAD : 1);
  for (const [at, message] of asked.entries()) {
    const print = prints[at];
    if (print === undefined || print === message.known?.headerPrint) same.push(message);
    else others.push({ ...message, known: undefined, print });
  }
  return { same, others };
}
