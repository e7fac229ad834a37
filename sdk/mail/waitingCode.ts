// How a message that waits at the ISP is named here: in notices, on the command line, in the manager. Pure.
import { createHash } from 'node:crypto';

/** Unique ids may hold spaces and quotes: eight hex digits made from one are typed more easily. */
export function waitingCode(uidl: string): string {
  return createHash('sha256').update(uidl).digest('hex').slice(0, 8);
}
