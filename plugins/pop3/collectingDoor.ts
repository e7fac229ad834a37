// The module that collections bring into a door thread: it carries the octets of sessions with ISPs' servers.
import { SystemClock } from '@postroom/sdk/base';
import type { DoorOfModule, OpenDoor } from '@postroom/sdk/services';
import { SessionsInDoor } from './client/door/sessionsInDoor.js';

export function openDoor({ line }: DoorOfModule): OpenDoor {
  return new SessionsInDoor(line, new SystemClock());
}
