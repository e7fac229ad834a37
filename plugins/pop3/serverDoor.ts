// What a door thread runs of the POP3 server: `contributes.doors` of the manifest names this module.
import { SystemClock } from '@postroom/sdk/base';
import { JoinedPort } from '@postroom/sdk/network';
import type { DoorOfModule, OpenDoor } from '@postroom/sdk/services';
import { Pop3DoorFront } from './server/door/pop3DoorFront.js';
import { POP3_SOCKETS } from './server/front/pop3Front.js';

export function openDoor(door: DoorOfModule): Promise<OpenDoor> {
  return Pop3DoorFront.open(door, new SystemClock(), (at, connected) => JoinedPort.join(at, connected, POP3_SOCKETS));
}
