// Doors whose module runs in this thread, over a line on which values are copied as between threads: so the suites of the server run in a door on any Node.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Disposable } from '@postroom/sdk';
import type { JoinPort } from '@postroom/sdk/network';
import type { Clock, DoorKeeper, Doors, DoorsState, OpenDoor, ProtocolDoors } from '@postroom/sdk/services';
import { type PairedDoorLines, pairedDoorLines } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Pop3DoorFront } from '#plugins/pop3/dist/server/door/pop3DoorFront.js';
import { POP3_SOCKETS } from '#plugins/pop3/dist/server/front/pop3Front.js';

export class PairedDoors implements Doors {
  readonly sharePorts = true;
  readonly state: DoorsState = { open: 1, most: 1, text: 'One runs.', crashed: 0, mainLoad: 0 };
  /** The door that was opened last. */
  door: PairedDoor | undefined;

  constructor(private readonly clock: Clock) {}

  protocol(_plugin: unknown, module: string, keeper: DoorKeeper, options: { readonly fromCores?: number } = {}): ProtocolDoors {
    expect(module).to.equal('./dist/serverDoor.js');
    expect(options).to.deep.equal({ fromCores: 4 });
    const door = new PairedDoor(keeper, this.clock);
    this.door = door;
    return {
      open: () => door.open(),
      tellAll: (word, value) => door.lines.keeper.tell(word, value),
      close: (graceMs) => door.close(graceMs),
    };
  }
}

export class PairedDoor {
  readonly lines: PairedDoorLines = pairedDoorLines();
  readonly #servers = new Set<Server>();
  readonly #sockets = new Set<Socket>();
  /** Of the main thread's ports, those of the door. */
  readonly #ports = new Map<number, number>();
  #attendance: Disposable | undefined;
  #opened: Promise<OpenDoor> | undefined;

  constructor(
    private readonly keeper: DoorKeeper,
    private readonly clock: Clock,
  ) {}

  async open(): Promise<void> {
    this.#attendance = this.keeper.attend(this.lines.keeper);
    const setup: unknown = structuredClone(this.keeper.setup());
    this.#opened = Pop3DoorFront.open({ setup, line: this.lines.module }, this.clock, this.#join);
    await this.#opened;
  }

  /** Where the door takes the connections of a port: a port of its own, so that the test knows who serves. */
  async portOf(port: number): Promise<number> {
    await this.#opened;
    return this.#ports.get(port) ?? port;
  }

  /** It takes new connections. */
  get isListening(): boolean {
    return [...this.#servers].some((server) => server.listening);
  }

  /** Resolves when the door has heard all that it was told. */
  async hasHeard(): Promise<void> {
    await this.lines.keeper.ask('a question that nobody answers', undefined).catch(() => undefined);
  }

  async close(graceMs: number): Promise<void> {
    await (await this.#opened)?.close(graceMs);
    await this.#end();
    expect(this.lines.problems).to.deep.equal([]);
  }

  /** As when its thread dies: its connections are cut, and nothing of what was under way goes on in it. */
  async die(): Promise<void> {
    const ended = this.#end();
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    await ended;
  }

  async #end(): Promise<void> {
    await this.lines.close();
    await this.#attendance?.dispose();
    this.#attendance = undefined;
  }

  readonly #join: JoinPort = async ({ address, port }, connected) => {
    const server = createServer(POP3_SOCKETS, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      connected(socket);
    });
    this.#servers.add(server);
    server.listen(0, address);
    await once(server, 'listening');
    this.#ports.set(port, (server.address() as AddressInfo).port);
    return {
      close: () => {
        server.close();
        return Promise.resolve();
      },
    };
  };
}
