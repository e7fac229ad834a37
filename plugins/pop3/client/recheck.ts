// Before a message is deleted that only its unique id says to be known: is it still that one? Some servers reuse ids (sorting case 80).
import type { PlannedMessage } from './collectPlan.js';
import { headerPrint, topAnswer } from './headerPrint.js';
import type { Pop3Dialogue } from './pop3Dialogue.js';

/** TOPs on the line at a time. */
const ASKED_AHEAD = 32;

export interface Rechecked {
  /** What the journal says they are, by their header; or by id and size alone, where the journal or the server knows no header. */
  readonly same: readonly PlannedMessage[];
  /** Others under a known id, with their prints. */
  readonly others: readonly PlannedMessage[];
}

/** One TOP a message, which is about to leave the ISP or was away: none for mail that merely stays there. */
export async function recheck(dialogue: Pop3Dialogue, messages: readonly PlannedMessage[], pipelining: boolean): Promise<Rechecked> {
  const same = messages.filter(({ known }) => known?.headerPrint === undefined);
  const others: PlannedMessage[] = [];
  const asked = messages.filter(({ known }) => known?.headerPrint !== undefined);
  const ahead = pipelining ? ASKED_AHEAD : 1;
  for (let at = 0; at < asked.length; at += ahead) {
    const some = asked.slice(at, at + ahead);
    dialogue.send(some.map(({ number }) => `TOP ${number} 0`));
    for (const message of some) {
      const header = await topAnswer(dialogue);
      const print = header && headerPrint(header);
      if (print === undefined || print === message.known?.headerPrint) same.push(message);
      else others.push({ ...message, known: undefined, print });
    }
  }
  return { same, others };
}
