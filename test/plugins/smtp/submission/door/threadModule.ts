// Submission in a door thread for tests: at ports of its own, which it tells, so that any Node.js will do; and it dies when it is told to.
import { type AddressInfo, createServer } from 'node:net';
import { SystemClock } from '@postroom/sdk/base';
import { listenAt } from '@postroom/sdk/network';
import type { DoorOfModule, OpenDoor } from '@postroom/sdk/services';
import { DoorFront } from '#plugins/smtp/dist/submission/door/doorFront.js';

/** A port of the main thread, and the one that leads to the door instead. */
export interface PortOfThread {
  readonly main: number;
  readonly door: number;
}

export function openDoor(door: DoorOfModule): Promise<OpenDoor> {
  door.line.hear('die', () => process.exit(3));
  return DoorFront.open(door, new SystemClock(), async (at, connected) => {
    const server = createServer(connected);
    await listenAt(server, { host: at.address, port: 0 });
    const port: PortOfThread = { main: at.port, door: (server.address() as AddressInfo).port };
    door.line.tell('port', port);
    return { close: async () => void (server.listening && server.close()) };
  });
}
