// POP3 in a door thread: the front of the same ports as on the main thread, which decides.
import { openFiles } from '@postroom/sdk';
import type { JoinPort, OpenedPort } from '@postroom/sdk/network';
import type { Clock, DoorOfModule, OpenDoor } from '@postroom/sdk/services';
import type { KeyAndCertificate } from '../front/handshakes.js';
import { Pop3Front } from '../front/pop3Front.js';
import type { ListenEntry } from '../serverSettings.js';
import { DistantDesk } from './distantDesk.js';
import type { Pop3DeskLine } from './questions.js';

/** Octets that the sessions of a door may hold ready: of four doors together as much as on the main thread. */
const READ_AHEAD_OCTETS = 8 * 1024 * 1024;

/** At the end of a door's time sessions are ended as when the server stops, which gives as long. */
const LAST_MS = 5_000;

/** What the main thread hands to a door. */
export interface Pop3DoorSetup {
  /** Missing: no port has TLS. */
  readonly certificate: KeyAndCertificate | undefined;
  /** Ports that are open on the main thread. */
  readonly ports: readonly { readonly entry: ListenEntry; readonly at: OpenedPort }[];
}

export class Pop3DoorFront implements OpenDoor {
  readonly #front: Pop3Front;
  readonly #joined: { close(): Promise<void> }[] = [];
  /** Resolves when it takes nothing new. */
  #parted: Promise<unknown> | undefined;

  private constructor(certificate: KeyAndCertificate | undefined, line: Pop3DeskLine, clock: Clock) {
    const desk = new DistantDesk(line, clock);
    this.#front = new Pop3Front({ desk, clock, share: openFiles().share('pop3'), readAheadOctets: READ_AHEAD_OCTETS });
    this.#front.start(certificate);
    line.hear('certificate', (renewed) => this.#front.renew(renewed));
  }

  /** Rejects where a port cannot be joined. */
  static async open({ setup, line }: DoorOfModule, clock: Clock, join: JoinPort): Promise<Pop3DoorFront> {
    const { certificate, ports } = setup as Pop3DoorSetup;
    const door = new Pop3DoorFront(certificate, line, clock);
    try {
      for (const { entry, at } of ports) {
        const server = door.#front.serve(entry);
        door.#joined.push(await join(at, (socket) => server.emit('connection', socket)));
      }
    } catch (error) {
      await door.close(0);
      throw error;
    }
    return door;
  }

  /** Sessions go on while there is time. Of what is left of it idle ones take none, and commands under way their part. */
  async close(graceMs: number): Promise<void> {
    this.#parted ??= Promise.all(this.#joined.map((port) => port.close()));
    await this.#parted;
    await this.#front.emptied(graceMs - LAST_MS);
    await this.#front.end(Math.min(graceMs, LAST_MS));
  }
}
