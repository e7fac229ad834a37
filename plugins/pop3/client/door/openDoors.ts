// Has the doors that there are open what carries the octets of collections.
import { type PluginContext, sentenceOf } from '@postroom/sdk';
import type { Clock, DoorKeeper, Doors } from '@postroom/sdk/services';

/** As `contributes.doors` names it. */
const MODULE = './dist/collectingDoor.js';
/** Milliseconds for sessions with ISPs to end well, where the plugin ends. */
const GRACE_MS = 1_000;
/** Milliseconds that the first collection waits for them. */
const OPEN_MS = 2_000;

/** Resolves when they are open, or take too long, or cannot: the main thread reads then. */
export async function openDoors(context: PluginContext, clock: Clock, service: Doors, keeper: DoorKeeper): Promise<void> {
  try {
    const doors = service.protocol(context, MODULE, keeper);
    context.subscriptions.push({ dispose: () => doors.close(GRACE_MS) });
    await new Promise<void>((resolve, reject) => {
      const timer = clock.after(OPEN_MS, resolve);
      doors
        .open()
        .then(resolve, reject)
        .finally(() => void timer.dispose());
    });
  } catch (error) {
    context.log.warn(`The main thread alone reads what comes from ISPs: ${sentenceOf(error)}`);
  }
}
