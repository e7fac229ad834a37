// Has the doors that there are, and those that come, open what carries the octets of collections.
import { type PluginContext, sentenceOf } from '@postroom/sdk';
import type { DoorKeeper, Doors } from '@postroom/sdk/services';

/** As `contributes.doors` names it. */
const MODULE = './dist/collectingDoor.js';
/** Milliseconds for sessions with ISPs to end well, where the plugin ends. */
const GRACE_MS = 1_000;

/** Where that fails the main thread alone reads. */
export function openDoors(context: PluginContext, service: Doors, keeper: DoorKeeper): void {
  const failed = (error: unknown): void => context.log.warn(`The main thread alone reads what comes from ISPs: ${sentenceOf(error)}`);
  try {
    const doors = service.protocol(context, MODULE, keeper);
    context.subscriptions.push({ dispose: () => doors.close(GRACE_MS) });
    doors.open().catch(failed);
  } catch (error) {
    failed(error);
  }
}
