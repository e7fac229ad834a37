// A door within the test's own thread: the module's front at a port of its own, and its line, over which values are copied as between threads.
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Disposable, OpenPort } from '@postroom/sdk';
import { type JoinPort, listenAt } from '@postroom/sdk/network';
import type { Clock, DoorKeeper, Doors, DoorsState, ProtocolDoors } from '@postroom/sdk/services';
import { type PairedDoorLines, pairedDoorLines } from '@postroom/sdk/testing';
import { DoorFront } from '#plugins/smtp/dist/submission/door/doorFront.js';

/** Where the clients of a suite are served. */
export type Where = 'on the main thread' | 'in a door';

interface DoorAtWork {
  readonly lines: PairedDoorLines;
  readonly attendance: Disposable;
  readonly front: DoorFront;
}

export class InProcessDoors implements Doors {
  readonly sharePorts = true;
  readonly state: DoorsState = { open: 1, most: 1, text: 'One door is open.', crashed: 0, mainLoad: 0 };
  /** The door's ports by those of the main thread. */
  readonly #ports = new Map<number, number>();
  #door: DoorAtWork | undefined;

  constructor(private readonly clock: Clock) {}

  protocol(_plugin: unknown, _module: string, keeper: DoorKeeper): ProtocolDoors {
    return {
      open: async () => {
        const lines = pairedDoorLines();
        const attendance = keeper.attend(lines.keeper);
        const setup = structuredClone(keeper.setup());
        const front = await DoorFront.open({ setup, line: lines.module }, this.clock, this.#join);
        this.#door = { lines, attendance, front };
      },
      tellAll: (word, value) => this.#door?.lines.keeper.tell(word, value),
      close: async (graceMs) => {
        await this.#door?.front.close(graceMs);
        await this.#end();
      },
    };
  }

  /** The same port with the number that leads to the door. */
  portFor(port: OpenPort): OpenPort {
    return { ...port, port: this.#ports.get(port.port) ?? port.port };
  }

  /** As the end of a thread: its line closes at once, and then its connections do. */
  async kill(): Promise<void> {
    const front = this.#door?.front;
    await this.#end();
    await front?.close(1);
  }

  async #end(): Promise<void> {
    const door = this.#door;
    this.#door = undefined;
    await door?.lines.close();
    await door?.attendance.dispose();
    if (door !== undefined && door.lines.problems.length > 0) throw new Error(`Problems on the line: ${door.lines.problems.join(', ')}`);
  }

  readonly #join: JoinPort = async (at, connected: (socket: Socket) => void) => {
    const server = createServer(connected);
    await listenAt(server, { host: at.address, port: 0 });
    this.#ports.set(at.port, (server.address() as AddressInfo).port);
    return { close: async () => void (server.listening && server.close()) };
  };
}
