// Waits for what a server that is not ours does in its own time.
import { setTimeout as wait } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const INTERVAL_MS = 100;

/** Looks ten times a second; throws with `what` where nothing is found within a minute. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`Waited a minute in vain: ${what}`);
    await wait(INTERVAL_MS);
  }
}
