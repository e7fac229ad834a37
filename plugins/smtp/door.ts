// What a door thread runs of submission: `contributes.doors` of the manifest names this module.
import { SystemClock } from '@postroom/sdk/base';
import { JoinedPort } from '@postroom/sdk/network';
import type { DoorOfModule, OpenDoor } from '@postroom/sdk/services';
import { DoorFront } from './submission/door/doorFront.js';

export function openDoor(door: DoorOfModule): Promise<OpenDoor> {
  return DoorFront.open(door, new SystemClock(), (at, connected) => JoinedPort.join(at, connected));
}
