// Waiting for something that no event announces.
import { setImmediate as turn } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

/** Looks once every turn of the event loop; throws with `what` where it does not come about within ten seconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ten seconds in vain: ${what}`);
    await turn();
  }
}
