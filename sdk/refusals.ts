// Turning clients away. A word costs a descriptor until it is sent, and a crowd at a port would take many: who comes when too many are being told is
// cut off without one.
import type { Socket } from 'node:net';

/** Refusals that are on their way at a time. */
export const MOST_REFUSALS = 16;
/** Milliseconds for a refusal to leave. */
const PATIENCE_MS = 2_000;

export class Refusals {
  #open = 0;

  /** Ends a connection that was not let in; `text`: what the protocol says to that, '' for nothing. */
  refuse(socket: Socket, text: string): void {
    socket.on('error', () => undefined);
    if (text === '' || this.#open >= MOST_REFUSALS) {
      socket.destroy();
      return;
    }
    this.#open += 1;
    const late = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.once('close', () => {
      this.#open -= 1;
      clearTimeout(late);
    });
    socket.end(text, () => socket.destroy());
  }
}
