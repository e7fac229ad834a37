// When an answer is over: what was taken for it is given back then, once and whatever became of it.
import type { ServerResponse } from 'node:http';

/** Calls when the answer is out or its connection has ended; at once where it had, as a client may go while it is found out who asks. */
export function whenOver(answer: ServerResponse, call: () => void): void {
  if (answer.destroyed || answer.writableFinished) return call();
  answer.once('close', call);
}
