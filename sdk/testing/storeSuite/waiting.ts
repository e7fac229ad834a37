// Waiting for what another server, or the engine, brings about in its own time.
import { setTimeout as wait } from 'node:timers/promises';
import type { MessageId } from '../../mail.js';
import type { IntakeResult } from '../../services.js';
import type { TestedStore } from './testedStore.js';

/** Below the time limit of a test, so that it says what it waited for. */
const PATIENCE_MS = 25_000;
const LOOK_AGAIN_MS = 10;

/** Throws with `what` where it does not come about within 25 seconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited 25 seconds in vain: ${what}`);
    await wait(LOOK_AGAIN_MS);
  }
}

/** What became of a commit, once the store can be asked: it is opened again where it has to be. */
export async function settled(store: TestedStore, id: MessageId): Promise<IntakeResult | undefined> {
  let outcome: IntakeResult | undefined;
  await until(`the outcome of message ${id}`, async () => {
    if (store.trouble !== undefined) await store.reopen().catch(() => undefined);
    try {
      outcome = await store.mailStore.outcome(id);
      return true;
    } catch {
      return false;
    }
  });
  return outcome;
}
