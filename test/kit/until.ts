// Waiting for something that no event announces.
import { setImmediate as turn } from 'node:timers/promises';

/** Below the time limit of a test, so that it says what it waited for. */
const PATIENCE_MS = 25_000;

/** Looks once every turn of the event loop; throws with `what` where it does not come about within 25 seconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited 25 seconds in vain: ${what}`);
    await turn();
  }
}
